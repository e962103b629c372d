# The bench: readers, cards and printers.
bench-label = Bench
bench-no-reader = No card reader
bench-no-reader-remedy = Plug a reader in; it appears here by itself
bench-no-service = The smart card service does not answer
bench-no-service-remedy = Start this computer's smart card service (on Windows “Smart Card”, on Linux “pcscd”), or ask IT support; readers appear here by themselves then
bench-just-put-in = just put in
bench-empty = Empty
bench-reading = Reading the card…
bench-own-card = Your own card: nothing is done to it
bench-in-use = In use by another program
bench-in-use-remedy = Another program holds this card: close it or wait, then take the card out and put it in again
bench-unknown = This card cannot be used here
bench-unreadable = This card does not answer
bench-unreadable-remedy = Take it out, check that the chip goes in first and faces up, and put it in again; if it still does not answer, the chip is damaged: use another card
bench-card-of-unknown = Card ({ $series })
bench-blank = Blank card
bench-unfinished-card = Unfinished card
bench-nobodys = Nobody's card
bench-blank-with-certificates = counted as blank, but holds certificates: do not issue it
bench-state-blank = blank
bench-state-in-work = a job is open on it
bench-state-active = active
bench-state-locked = locked
bench-state-unfinished = unfinished work on it
bench-state-cancelled = cancelled: destroy it
bench-until = until { $day }
bench-expired = expired on { $day }
bench-tries = { $count ->
    [0] no passcode tries left
    [one] 1 passcode try left
   *[other] { $count } passcode tries left
}
bench-in-work = In work
bench-issuing = Issuing a card
bench-issuing-for = Issuing for { $name }
bench-in-work-with = In work: { $what }
bench-which-reader = Which reader is this?
bench-printer-asking = Asking how it is…
bench-printer-ready = Ready
bench-printer-printing = Printing
bench-printer-cannot = Cannot print
bench-printer-silent = Takes cards
bench-printer-silent-why = This printer does not say how it is: look at its own display
bench-ask-again = Ask again
bench-ask-again-of = Ask again how { $printer } is
# Naming a reader.
name-reader-title = Which reader is this?
name-reader-move-a-card = Put a card into the reader you mean, or take it out. The reader that changes next is it.
name-reader-or-choose = Or choose it here:
name-reader-it-is = It is the reader that this computer calls “{ $reader }”.
name-reader-field = Its name at this desk
name-reader-hint = Left reader
name-reader-empty = Without a name it is called as this computer calls it.
name-reader-keep = Keep this name
name-reader-again = It was another reader
# Cards of the training readers.
training-card-menu = Card…
training-card-menu-of = Card… in { $reader } (take it out or put one in)
training-card-explained = This reader and its card exist only in training. Do here what your hand does at a desk.
training-card-in-work = The card is being worked on. Taking it out now is what pulling a real card out would be: the work stops and waits under Unfinished.
training-card-none = There is no card in it
training-card-there = A card is in it already: take that out first
training-card-busy = The card in it is being worked on
training-card-out = Take the card out
training-card-back = Put the card back in
training-card-new = Put a new blank card in
training-card-new-series-9 = Put a new blank Series 9 card in
training-card-new-channel = Put a new blank card in that is worked on over a protected connection alone
training-card-lock = Type its passcode wrongly until it locks itself
training-card-nobodys = Only a card that was issued has a passcode to forget
