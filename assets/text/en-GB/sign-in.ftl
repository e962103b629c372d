# Signing in and out, and the locked window.
notice-cards-and-sessions = Taking a card out does not sign you out, and putting one in opens nothing. Sign out yourself when you leave the desk.
sign-out-title = Sign out?
sign-out-open-work = A card is being worked on. It goes on to its end, or stays on record as unfinished; you will not see how it ends.
sign-out-anyway = Sign out anyway
