# Self-service: a holder with their card, no officer.
kiosk-title = Smartcard self-service
kiosk-opening = One moment…
kiosk-not-working = Self-service does not work at the moment
kiosk-put-in = Put your card into the reader, chip first.
kiosk-card-not-usable = This card cannot be helped here
kiosk-to-the-desk = Take the card to the Registration Authority desk.
kiosk-what = What would you like to do?
kiosk-card-of = The card of { $holder }
kiosk-card-of-nobody = This card does not say whose it is.
kiosk-days-left = { $days ->
    [one] Its certificates are good for one more day.
   *[other] Its certificates are good for { $days } more days.
}
kiosk-expired = Its certificates have expired. Take the card to the Registration Authority desk, which can renew it.
kiosk-no-certificates = There are no certificates on it. Take the card to the Registration Authority desk.
kiosk-locked = Its passcode is locked after too many wrong tries.
kiosk-change = Change my passcode
kiosk-renew = Renew my card
kiosk-unlock = Unlock my card with a code
kiosk-sending = A code is being sent to you. Leave the card in the reader.
kiosk-change-explained = Type the passcode you have, then the new one twice.
kiosk-unlock-explained = A code was sent to { $address }. Type its six digits within 15 minutes, then a new passcode twice.
kiosk-renew-explained = Type your passcode. It stays the same. Renewing can take some minutes.
kiosk-tries = { $tries ->
    [one] One try is left: after a wrong one the card is locked.
   *[other] { $tries } tries are left.
}
kiosk-field-code = Code of the message
kiosk-field-own = Your passcode
kiosk-field-new = New passcode
kiosk-field-again = New passcode again
kiosk-keys = Keys to touch; a keyboard types as well
kiosk-typed = { $count ->
    [0] no digit typed
    [one] 1 digit typed
   *[other] { $count } digits typed
}
kiosk-go-on = Go on
kiosk-back = Back
kiosk-interrupted = Something was interrupted
kiosk-interrupted-renew = Finish it with your passcode. Do not take the card out before it says that it is done.
kiosk-interrupted-change = Type the passcode your card has: try the new one first, then the old one.
kiosk-interrupted-unlock = Have a new code sent to you to unlock it.
kiosk-finish-renew = Finish renewing my card
kiosk-finish-change = Check my passcode
kiosk-own-explained = Type the passcode your card has.
kiosk-renewing = Renewing your card
kiosk-changing = Changing your passcode
kiosk-unlocking = Unlocking your card
kiosk-steps = What is done
kiosk-step-runs = being done
kiosk-step-over = done
kiosk-step-ask = Asking whether this may be done
kiosk-step-passcode = Checking your passcode
kiosk-step-new-passcode = Setting your new passcode
kiosk-step-keys = Making new keys: this can take some minutes
kiosk-step-certificates = Getting new certificates
kiosk-step-write = Writing the card
kiosk-step-check = Checking the card
kiosk-step-finish = Finishing
kiosk-step-other = Working on the card
kiosk-leave-in = Leave the card in the reader until it says that it is done.
kiosk-done = Done
kiosk-not-done = That did not work
kiosk-take-out = Take your card out of the reader.
kiosk-close = Close
