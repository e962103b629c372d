# Activity: the audit, and what its events and facts are called everywhere.
activity-search = Search
activity-search-hint = Name, number, card, date or event
activity-refresh = Refresh
activity-count = { $shown } of { $all } entries, newest first
activity-empty = Nothing was recorded so far.
activity-none-fits = No entry holds all these words. Type fewer words to see more.
activity-to-list = ← Back to the list
activity-entry = Entry { $row }
activity-nobody = the service itself
activity-chain-reading = Reading the record…
activity-chain-whole = The record is whole: each of its { $rows } entries fits the one before, the service signed the newest, and it agrees with what this desk kept.
activity-chain-broken = Entry { $row } does not fit the one before it: the record was changed after it was written. Do not delete anything. Export what is shown, and tell your RA Manager and the service desk the number of the entry.
activity-chain-not-signed = The service's signature under the record does not fit: the record or the signature was changed. Export what is shown, and tell your RA Manager and the service desk.
activity-chain-witness = The record is not the one this desk saw before: { $why } Export what is shown, and tell your RA Manager and the service desk.
activity-column-number = Number
activity-column-when = When
activity-column-at = Time (UTC)
activity-column-what = What happened
activity-column-event = Event
activity-column-who = Who
activity-column-officer = Officer number
activity-column-holder = Holder
activity-column-card = Card
activity-column-job = Job
activity-column-details = Details
activity-column-previous = Hash of the entry before
activity-column-hash = Hash
activity-export-csv = Export as CSV…
activity-export-json = Export as JSON…
activity-export-nothing = There is nothing to export
activity-export-title = Export activity
activity-export-csv-explained = { $rows ->
    [one] One entry is written as a table for a spreadsheet.
   *[other] { $rows } entries are written as a table for a spreadsheet.
}
activity-export-json-explained = { $rows ->
    [one] One entry is written as the service keeps it, for programs that check the record.
   *[other] { $rows } entries are written as the service keeps them, for programs that check the record.
}
activity-export-file = File
activity-export-replaces = It holds numbers of people: keep it where only those may see it who need it. A file of this name is replaced.
activity-export-no-file = Say where it is to be written
activity-export-write = Export
activity-exported = Written to { $file }
event-session-begun = Signed in
event-session-ended = Signed out
event-session-stepped-up = Proved again who they are
event-session-step-up-refused = Could not prove again who they are
event-issuance-reserved = Card issue begun
event-issuance-refused = Card issue refused by policy
event-issuance-certified = Certificates made, on hold
event-issuance-confirmed = Card issued, certificates made good
event-issuance-aborted = Card issue taken back
event-issuance-expired = Card issue ran out of time and was taken back
event-issuance-reopened = Certificates begun anew after their time ran out
event-issuance-key-told = New key of a card noted
event-issuance-handed-over = What a holder began went over to the desk
event-issuance-take-over-refused = Going on with what a holder began refused by policy
event-on-card-begun = Work on a card begun
event-on-card-refused = Work on a card refused by policy
event-on-card-ended = Work on a card ended
# What was done to a card, by its operation.
event-operation-begun = { $operation ->
    [unlock] Unlock begun
    [repair] Repair begun
    [renew] Renewal begun
    [clear] Clearing for another holder begun
    [cancel] Cancellation begun
    [change-passcode] Change of passcode begun
    [issue] Card issue begun
   *[other] Work on a card begun
}
event-operation-refused = { $operation ->
    [unlock] Unlock refused by policy
    [repair] Repair refused by policy
    [renew] Renewal refused by policy
    [clear] Clearing for another holder refused by policy
    [cancel] Cancellation refused by policy
    [change-passcode] Change of passcode refused by policy
    [issue] Card issue refused by policy
   *[other] Work on a card refused by policy
}
event-operation-confirmed = { $operation ->
    [unlock] Unlock done, certificates made good
    [repair] Repair done, certificates made good
    [renew] Renewal done, certificates made good
    [clear] Clearing for another holder done, certificates made good
    [cancel] Cancellation done, certificates made good
    [change-passcode] Change of passcode done, certificates made good
    [issue] Card issued, certificates made good
   *[other] Certificates made good
}
event-operation-aborted = { $operation ->
    [unlock] Unlock given up
    [repair] Repair given up
    [renew] Renewal given up
    [clear] Clearing for another holder given up
    [cancel] Cancellation given up
    [change-passcode] Change of passcode given up
    [issue] Card issue taken back
   *[other] Work on a card given up
}
event-operation-expired = { $operation ->
    [unlock] Unlock ran out of time
    [repair] Repair ran out of time
    [renew] Renewal ran out of time
    [clear] Clearing for another holder ran out of time
    [cancel] Cancellation ran out of time
    [change-passcode] Change of passcode ran out of time
    [issue] Card issue ran out of time and was taken back
   *[other] Work on a card ran out of time
}
event-operation-reopened = { $operation ->
    [unlock] Unlock begun anew after its time ran out
    [repair] Repair begun anew after its time ran out
    [renew] Renewal begun anew after its time ran out
    [clear] Clearing for another holder begun anew after its time ran out
    [cancel] Cancellation begun anew after its time ran out
    [change-passcode] Change of passcode begun anew after its time ran out
    [issue] Certificates begun anew after their time ran out
   *[other] Certificates begun anew after their time ran out
}
event-operation-ended = { $operation ->
    [unlock] Unlock ended
    [repair] Repair ended
    [renew] Renewal ended
    [clear] Clearing for another holder ended
    [cancel] Cancellation ended
    [change-passcode] Change of passcode ended
    [issue] Card issue ended
   *[other] Work on a card ended
}
event-workstation-printer-added = Printer added to a desk
event-workstation-printer-removed = Printer taken out of a desk
event-workstation-enrolled = Workstation made ready to unlock cards by telephone
event-telephone-challenge-wrong = Challenge read over the telephone did not fit
event-telephone-begun = Unlock by telephone begun
event-telephone-code-wrong = Completion code read over the telephone did not fit
event-telephone-ended = Unlock by telephone ended
event-approval-given = Second officer approved
event-session-card = Signed in with their own card
event-issuance-reopen-refused = Going on with a card refused by policy
event-card-authenticated = Card signed its holder in
event-card-authentication-refused = Card could not sign its holder in
event-self-service-code-sent = One-time code sent to the holder
event-self-service-code-not-sent = One-time code could not be sent
event-self-service-code-refused = One-time code refused
event-self-service-code-wrong = One-time code did not fit
event-self-service-unfinished-refused = Holder could not go on with interrupted work
event-self-service-begun = Holder signed in to their own card
event-self-service-ended = Holder signed out
event-card-needs-repair = Card cut off without its old keys: its certificates ended
event-card-secure-channel-not-allowed = Protected connection refused: the administration keys are not for this
event-card-secret-refused = Keys or codes of a card refused: the job has no use for them
event-job-no-longer-allowed = A job not gone on with: what let it begin no longer holds
event-card-blanked = Card emptied and blank again
event-card-as-before = Card as it was before
event-card-spoiled = Card ended as spoilt
event-card-spoil-refused = Ending a spoilt card refused by policy
event-card-clean-up-refused = Emptying a card refused by policy
event-card-key-challenged = Card asked to prove itself
event-card-key-proven = Card proved to be ours
event-card-channel-allowed = Administration keys of a card allowed once more
event-card-channel-begun = Protected connection to the card begun
event-card-channel-opened = Card proved its administration keys
event-card-channel-unknown = Card with unknown administration keys
event-card-channel-refused = Administration keys not tried again
event-card-channel-wrong = Administration keys wrong for the card
event-card-channel-broken = Protected connection to the card broken off
event-card-channel-not-wrapped = Refused over the protected connection to the card
event-card-channel-keys-prepared = Administration keys prepared for the card
event-card-channel-keys-put = Administration keys of the card changed
event-card-channel-keys-wrong = Card did not take its administration keys as given
event-card-key-wrong = Card could not prove to be ours
event-card-code-released = Unlock code released to a job
event-card-code-settled = Unlock code of the card settled
event-print-recorded = Print on record
event-print-refused = Print refused by policy
event-print-starting = Print begun
event-print-printed = Card printed
event-print-not-printed = Card not printed
event-print-uncertain = Print cut off, outcome not known
event-holder-photo = Photo on record changed
event-gateway-seeded = Training service set up
fact-holder = Holder
fact-card = Card
fact-job = Job
fact-series = Series
fact-profile = Card profile
fact-software = Smartcard software
fact-locked = Issued locked
fact-reason = Reason
fact-reprint-reason = Reason for printing again
fact-note = Note
fact-look-at = To look at in the photo
fact-codes = Unlock codes given
fact-confirmed = Calls itself, and why it was taken all the same
fact-judged = Photo checked before it was taken
fact-card-after = Card afterwards
fact-outcome = Outcome
fact-printer = Printer model
fact-printer-name = Name of the printer
fact-workstation = Number of the desk
fact-destination = Where it is
fact-changed = Changed at the desk
fact-signed-in = Signed in at the desk then
fact-role = Role
fact-revoked = Certificates ended
fact-job-hash = Print job (SHA-256)
fact-authentication-hash = Authentication certificate (SHA-256)
fact-signing-hash = Signing certificate (SHA-256)
fact-photo-hash = Photo (SHA-256)
fact-yes = yes
fact-no = no
fact-none = none
