# Servicing a card.
service-title = Service a card
service-put-in = Put the holder's card into a reader
service-put-in-explained = It is shown here within a second: whose it is, what is wrong with it, and what you may do. Reading it changes nothing on it.
service-which = Which card?
service-which-explained = There is a card in more than one reader. Choose the one to look at.
service-reader = Reader
service-card-of = { $series } of { $name }
service-card-nobody = { $series }, ending …{ $end }
service-taken-out = The card ending …{ $end } was taken out of { $reader }. Nothing more is done to it until it is put in again.
service-swapped = The card ending …{ $end } is not in the reader any more: another one is. Everything here is about the card that is in now; nothing is done to the other.
service-own-card = This is your own card. Nobody works on their own card: ask another officer.
service-reading = The card is being read…
service-in-work = The card is being worked on. Leave it in the reader.
service-changed-meanwhile = Nothing was done: the card in the reader, or what may be done to it, changed meanwhile. Look at the page again.
service-series = Kind
service-certificate-sign-in = Certificate to sign in
service-certificate-sign = Certificate to sign documents
service-certificate-none = none on the card
service-certificate-left = until { $day }, { $count ->
    [0] the last day is today
    [one] 1 day left
   *[other] { $count } days left
}
service-certificate-over = expired on { $day }
service-passcode = Passcode
service-tries = { $count ->
    [0] no tries left
    [one] 1 try left
   *[other] { $count } tries left
}
service-tries-unknown = the card does not say how many tries are left
service-open-holder = Open the holder
service-issue-it = Find the holder to issue it to
service-issue-it-explained = Find the holder, open their profile and choose “Issue a card”.
service-nothing-offered = Nothing is done to this card here.
service-not-now = Not possible now
service-unlock = Unlock: a new passcode
service-renew = Renew the certificates
service-repair = Repair
service-change-passcode = Change the passcode
service-clear = Clear for another holder
service-cancel = Cancel for good
service-try = Does this card work?
# What a card is.
standing-in-order = This card is in order.
standing-due = { $count ->
    [0] Its certificates end today: renew them now.
    [one] Its certificates end tomorrow: renew them now.
   *[other] Its certificates end in { $count } days: renew them now.
}
standing-expired = Its certificates have expired: it opens nothing until they are renewed.
standing-damaged = Something is wrong with this card.
standing-blocked = Its passcode was typed wrongly too often. It must be unlocked: its holder chooses a new one.
standing-locked = This card is locked. To use it, its holder chooses a new passcode.
standing-awaits-delivery = This card was issued locked, and nobody has said yet that its holder has it. If its holder is here with it, unlock it.
standing-blank = This is a blank card: it is nobody's, and can be issued.
standing-no-record = There are certificates of this service on this card, and it has no record of the card. Nothing is written to it. Put it aside, and tell those who run the service its serial.
standing-stranger = This card was issued by somebody else: its certificates are not of this service. Nothing is written to it. Give it back to its holder.
standing-unfinished = Work on this card was cut off. It opens nothing until that is finished, taken back or repaired.
standing-in-work = A job is open on this card. Wait for it to end, or finish it where it was begun.
standing-cancelled = This card was cancelled for good, and opens nothing. Destroy it.
standing-not-asked = The service does not say whose card this is, so nothing is done to it. { $why }
# Before work on a card begins.
delivery-title = Is the card in its holder's hands?
delivery-body = This card was issued locked. It is unlocked only when its holder is here and has it in hand. See that the person in front of you is:
delivery-confirm = Yes, they have it in hand
repair-title = Repair the card of { $name }
repair-what = New keys and certificates are made on the same card where they are needed, and the old ones are ended once the new ones work. How is it to be left?
repair-choose = Its holder chooses a passcode now
repair-lock = Leave it locked; it is unlocked later with its holder present
cancel-card-title = Cancel the card of { $name }?
cancel-card-here = Both certificates of card { $serial } are ended at once, and the chip is emptied. { $name } cannot sign in with it from that moment; a new card can be issued then.
cancel-card-not-here = Both certificates of card { $serial } are ended at once. { $name } cannot sign in with it from that moment, wherever it is; a new card can be issued then.
cancel-card-sure = I am sure: end the card of { $name } for good
cancel-card-go = Cancel this card
clear-card-title = Clear the card of { $name }?
clear-card-what = Both certificates of card { $serial } are ended at once, and everything on the chip is erased. { $name } has no card then; this one can be issued to somebody else.
clear-card-sure = I am sure: take this card from { $name }
clear-card-go = Clear this card
end-card-no-way-back = This cannot be undone.
end-card-why = Why?
end-card-note = More about it, without names
end-card-say-why = Say why first.
end-card-say-more = Write what the reason is.
end-card-tick = Tick that you are sure first.
end-card-keep = Keep the card
cancel-lost = Lost
cancel-stolen = Stolen
cancel-damaged = Damaged
cancel-left = Holder has left
cancel-misprinted = Misprinted
cancel-other = Other
step-up-title = Prove that it is you
step-up-body = You signed in a while ago. Before this is done, prove once more that it is you at this desk; the work goes on by itself then.
step-up-go = I am { $name }
step-up-card-body = You signed in with your card a while ago. Before this is done, prove with it once more that it is you; the work goes on by itself then.
step-up-card-hint = Put your own card into another reader than the one in work. Where there is one reader only, put the other card back in before the work goes on.
step-up-card-go = Prove it with your card in { $reader }
second-officer-title = A second officer approves this
second-officer-body = Ask a colleague to come to this desk and look at what is to be done. Who approves it stands on record; the work goes on by itself then.
second-officer-card-body = Ask a colleague to come to this desk, look at what is to be done, and put their own card into a reader. Who approves it stands on record; the work goes on by itself then.
second-officer-card-hint = No colleague's card is in a reader.
second-officer-card-go = { $name }, { $role }: I approve this with my card in { $reader }
second-officer-go = { $name }, { $role }: I approve this
# The next card is unlocked at once.
service-unlock-next = Unlock the next card
next-put-in-explained = As soon as it is in, its holder is shown to be compared with the person in front of you, and they type a new passcode. Nothing is sent to the card before that.
next-is-in = A card is in already
next-is-in-reader = Unlock the card of { $name } in { $reader }
next-stop = Stop waiting for a card
next-whose = Is this the person in front of you? Compare face, name and number.
next-no-photo = There is no photo on record: have them show another proof of who they are.
next-unchanged = Nothing on the card has been changed. Leave it in the reader; taking it out ends this.
next-theirs = It is them: they choose a new passcode
next-not-theirs = Not this holder
# How work on a card ended.
work-title-unlock = Unlock the card of { $name }
work-title-change-passcode = New passcode for { $name }
work-title-renew = Renew the card of { $name }
work-title-repair = Repair the card of { $name }
work-title-clear = Clear the card of { $name }
work-title-cancel = Cancel the card of { $name }
work-title-try = Does the card of { $name } work?
work-asks = It waits for you before it begins. Nothing has been changed.
done-unlock = The card is unlocked
done-change-passcode = The passcode is changed
done-renew = The card is renewed
done-repair = The card is repaired
done-repair-locked = The card is repaired, and locked
done-clear = The card is blank again
done-cancel = The card is cancelled for good
done-try = This card works
done-new-passcode = The new passcode works from now on. Hand the card back to { $name }.
done-renew-words = The new certificates work; the old ones are ended. The passcode is the same as before. Hand the card back to { $name }.
done-repair-words = Its certificates work, with the passcode just chosen. Hand the card back to { $name }.
done-repair-locked-words = Its certificates are good. Unlock it when { $name } is here.
done-clear-words = It can be issued to somebody else. { $name } has no card from now on.
done-cancel-words = It opens nothing any more. If you have it, keep it apart to be destroyed. { $name } can be issued another card.
done-try-words = Its passcode is right, both its keys sign, and the service finds its certificates good. Hand it back to { $name }.
failed-try = The card did not pass
failed-try-words = Nothing on it was changed.
undone-card = It was not done
undone-card-words = What was begun is taken back.
unfinished-card-words = The work stays on record, and goes on from “Unfinished”.
pair-old = The certificates the card had before still work.
pair-new = The new certificates are on the card and work.
tries-now = { $count ->
    [0] The card has no passcode tries left: it is locked, and must be unlocked.
    [one] The card takes 1 more try of its passcode.
   *[other] The card takes { $count } more tries of its passcode.
}
end-service = Back to servicing cards
end-look-again = Look at the card again
end-repair = Repair this card
end-cancel = Cancel this card for good
end-open-holder = Back to the holder
