# Unfinished work.
unfinished-found = Work on a card was cut off the last time. Nothing was done twice and nothing is lost: it is listed here, and waits for you.
unfinished-left = A card was left unfinished. It is listed under Unfinished, with what to do.
unfinished-looking = Looking at what is unfinished…
unfinished-none = Nothing is unfinished
unfinished-none-explained = If a card is pulled out or this computer stops while a card is being worked on, the job waits here until somebody goes on with it.
unfinished-refresh = Look again
unfinished-explained = { $count ->
    [one] One job was cut off. Going on never does anything twice.
   *[other] { $count } jobs were cut off. Going on never does anything twice.
}
unfinished-issue = A card was being issued to { $who }
unfinished-print = A card was being printed for { $who }
unfinished-other = A card was in work ({ $what }) for { $who }
unfinished-who = { $name } ({ $number })
unfinished-who-number = holder { $number }
unfinished-card = Card
unfinished-since = Since
unfinished-where = Where it is
unfinished-in-reader = In “{ $reader }”
unfinished-put-in = In no reader: put that card into one, then go on
unfinished-no-card-needed = The card is not needed in a reader for this
unfinished-service-says = The service says
unfinished-state-in-work = This job is still open on it
unfinished-state-unfinished = Not brought back to a known state yet; it opens nothing
unfinished-state-blank = Blank
unfinished-state-active = Issued and good
unfinished-state-locked = Issued, locked
unfinished-state-cancelled = Ended for good
unfinished-will-finish = The card is whole and has proved its keys; its certificates wait on hold. Going on makes them good, and the card can be handed over. If its time has run out at the service, it is taken back instead, and you are told.
unfinished-will-undo = The card is not whole, and nobody can use it: its certificates, if it got that far, are on hold and will never be made good. Going on empties the card, so that it is blank again; the holder has no card from this job.
unfinished-will-record = The printing was cut off, and this computer cannot know whether the card came out. Nothing is printed again. Look at the output tray of the printer now, then put it on record; if the card is not printed, print it again from its holder's page.
unfinished-finish = Finish this card
unfinished-take-back-and-issue = Take it back, then issue again
unfinished-take-back = Take it back
unfinished-record = Put it on record
unfinished-running = It is being gone on with now
unfinished-kept = Begun by { $who }; another officer may go on after { $until }
unfinished-kept-number = another officer ({ $number })
unfinished-watch = Watch
unfinished-issue-again = Issue again
unfinished-done = { $what }: finished. The card is good and can be handed over.
unfinished-undone = { $what }: taken back. { $why }
unfinished-recorded = { $what }: on record. { $why }
unfinished-not-begun = { $what }: not gone on with. { $why }
unfinished-still-open = { $what }: still unfinished. { $why }
