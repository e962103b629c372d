# Signing in and out, and the locked window.
opening = Opening…
opening-training = The training service, its readers and its printer are being put together. The first time takes a few seconds longer.
opening-service = Readers, printers and the service are being connected.
opening-failed = Cardwright could not open its desk
opening-failed-next = Nothing was changed on any card. Put right what is named above, then close this window and open Cardwright again. If it happens again, give the words above to your IT support.
sign-in-title = Sign in
sign-in-who-training = Choose who you are today. They are invented officers with different roles, so that you can try what each may do.
sign-in-who = Choose who signs in.
sign-in-last = Signed in last
sign-in-asking = Asking the service who may sign in…
sign-in-again = Try again
sign-in-lost = Your session has ended at the service, so you were signed out here. { $why } Cards and queue are as they were.
signing-in = Signing in { $name }…
signing-in-card = The card in { $reader } is signing. Leave it in the reader.
sign-in-card-title = With your own card
sign-in-card-hint = Put your card into any reader. You then type its passcode here.
sign-in-card-go = Sign in with your card: { $name }
sign-in-card-place = { $reader }, { $series }
sign-in-card-tries = { $reader }, { $series }. { $count ->
    [one] One try of its passcode is left.
   *[other] { $count } tries of its passcode are left.
}
sign-in-card-of = The card of { $name } in { $reader } cannot sign in: { $why }
sign-in-card-in = The card in { $reader } signs nobody in: { $why }
sign-in-card-locked = its passcode is locked. Ask a colleague to unlock it.
sign-in-card-expired = its certificates ended on { $day }. Ask a colleague to renew it.
sign-in-card-empty = there is no certificate on it.
sign-in-card-nobody = its certificate names nobody who works at this desk.
sign-in-card-in-use = another program is using it. Close that program, then put the card in again.
sign-in-card-unreadable = it does not answer. Take it out, look at which way round it is, and put it in again.
officer-role = { $role }, { $organisation }
locked-title = Locked
locked-by-officer = { $name } locked this window.
locked-by-idle = { $minutes ->
    [one] Nobody used this window for a minute, so it locked itself.
   *[other] Nobody used this window for { $minutes } minutes, so it locked itself.
}
locked-explained = Everything is as it was left. To work as somebody else, sign out.
locked-photo = A photo was changed and not saved. It is lost when you sign out.
locked-continue = Continue as { $name }
locked-card-hint = You signed in with your card. Put it into any reader to come back with its passcode.
locked-card-go = Continue with your card: { $name }
notice-cards-and-sessions = Taking a card out does not sign you out, and putting one in opens nothing. Sign out yourself when you leave the desk.
sign-out-title = Sign out?
sign-out-open-work = A card is being worked on. It goes on to its end, or stays on record as unfinished; you will not see how it ends.
sign-out-anyway = Sign out anyway
