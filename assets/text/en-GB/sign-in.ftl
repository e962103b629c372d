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
notice-cards-and-sessions = Taking a card out does not sign you out, and putting one in opens nothing. Sign out yourself when you leave the desk.
sign-out-title = Sign out?
sign-out-open-work = A card is being worked on. It goes on to its end, or stays on record as unfinished; you will not see how it ends.
sign-out-anyway = Sign out anyway
