# The print queue.
queue-title = Print queue
queue-list = Cards in the print queue
queue-empty = No card is in the print queue. A card that is issued with “print later” waits here.
queue-none-in-state = No card is in this state.
queue-asking = Reading the print queue…
queue-again = Ask again
queue-forecast-none = No card waits to be printed.
queue-forecast-minute = { $count ->
    [one] One card waits
   *[other] { $count } cards wait
}: up to a minute of printing, and { $panels ->
    [one] one ribbon panel set
   *[other] { $panels } ribbon panel sets
}. Putting each card in comes on top.
queue-forecast-minutes = { $count ->
    [one] One card waits
   *[other] { $count } cards wait
}: about { $least } to { $most } minutes of printing, and { $panels ->
    [one] one ribbon panel set
   *[other] { $panels } ribbon panel sets
}. Putting each card in comes on top.
queue-forecast-hours = { $count } cards wait: about { $least } to { $most } hours of printing, and { $panels } ribbon panel sets. Putting each card in comes on top.
queue-filter-all = All ({ $count })
queue-filter-waiting = Waiting ({ $count })
queue-filter-printing = Printing ({ $count })
queue-filter-sent = Did it come out? ({ $count })
queue-filter-printed = Printed ({ $count })
queue-filter-spoiled = Spoilt ({ $count })
queue-filter-failed = Failed ({ $count })
queue-filter-cancelled = Taken out ({ $count })
queue-state-waiting = Waiting
queue-state-printing = Printing
queue-state-sent = Sent, not confirmed
queue-state-printed = Printed
queue-state-spoiled = Spoilt
queue-state-failed = Failed
queue-state-cancelled = Taken out
queue-column-name = Name
queue-column-card = Card
queue-column-printer = Printer
queue-column-state = State
queue-column-changed = Last change
queue-printers = Printers
queue-printer-asking = Asking the printer…
queue-printer-ready = Ready
queue-printer-printing = Printing the card of { $name }
queue-printer-unknown = Takes cards, but cannot say how it is
queue-printer-waiting = { $count ->
    [one] 1 card waits for it
   *[other] { $count } cards wait for it
}
queue-ask-printer = Ask { $printer } again
queue-choose = Choose a card in the list to see what can be done with it.
queue-details = The chosen card
queue-fact-holder = Holder
queue-fact-card = Card
queue-fact-printer = Printer
queue-fact-state = State
queue-fact-added = Added
queue-fact-changed = Last change
queue-fact-reason = Reason
queue-put-card-in = Put the card of { $name } ({ $serial }) into { $printer }, then press “Print now”.
queue-is-printing = { $name } is being printed on { $printer }. Leave the card in the printer.
queue-was-sent = { $printer } has the job and does not say whether the card came out. Look at the card: did it come out well?
queue-was-printed = Printed on { $at }. Look at the card: is the face the right one, clear and straight? Then hand it over.
queue-was-spoiled = This card was ended. Put it aside for destruction. { $name } needs a new card.
queue-was-cancelled = This card was taken out of the queue. It keeps its certificates, and its face is not printed.
queue-next-card = Next card
queue-step-runs = { $step }…
queue-step-refused = { $step }: refused
queue-step-no-answer = { $step }: no answer
queue-action-print = Print now
queue-action-retry = Try again
queue-action-put-back = Put back in the queue
queue-action-stop = Stop printing
queue-action-well = Yes, it came out well
queue-action-spoilt = No, it is spoilt…
queue-action-nothing = Nothing came out
queue-action-mark-printed = It was printed
queue-action-reprint = Print again…
queue-action-spoil = Printed wrongly…
queue-action-first = To the front
queue-action-up = Move up
queue-action-down = Move down
queue-action-cancel = Take out of the queue
queue-action-issue = Issue a new card
queue-refused-not-waiting = Only for a card that waits.
queue-refused-not-printing = Only while it is being printed.
queue-refused-say-first = Say first how the card came out.
queue-refused-not-failed = Only for a card that failed or was taken out.
queue-refused-not-uncertain = Only for a card whose print failed or is not confirmed.
queue-refused-printed-already = It counts as printed already.
queue-refused-not-printed = Only for a card that was in the printer.
queue-refused-not-spoiled = Only when the card is spoilt.
queue-refused-spoiled = This card is spoilt. Issue a new card.
queue-refused-in-queue = This card is in the queue already.
queue-refused-first = It is the first one already.
queue-refused-last = It is the last one already.
queue-refused-printing = It is being printed. Wait until it comes out.
queue-refused-ended = It does not wait any more.
queue-refused-unfinished = Its last print was cut off. Put that on record first, from “Unfinished”.
queue-refused-in-hand = In hand. One moment.
queue-refused-no-printer = This printer is not set up at this computer.
queue-refused-busy = The printer prints another card. Wait until it comes out.
reprint-title = Print the card of { $name } again?
reprint-body = Card { $serial } goes back in the queue for { $printer }.
reprint-warning = Only if nothing was printed on it. If anything is on its face, close this and choose “Printed wrongly…”: otherwise two cards could be taken for valid.
reprint-action = Put it in the queue
spoil-title = End the card of { $name }?
spoil-warning = The certificates of card { $serial } end at once, on every computer. This cannot be undone.
spoil-next = Put the card aside for destruction. { $name } then needs a new card, which you can issue straight away.
spoil-action = End this card
reason-field = Why?
reason-missing = Say why first.
reason-smudged = Smudged or faded
reason-wrong-photo = Wrong or poor photo
reason-wrong-name = Wrong name
reason-blank = The card came out blank
reason-not-fed = The printer did not take the card
