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
kiosk-go-on = Go on
kiosk-back = Back
kiosk-working = Working on your card
kiosk-leave-in = Leave the card in the reader.
kiosk-done = Done
kiosk-not-done = That did not work
kiosk-take-out = Take your card out of the reader.
kiosk-close = Close
