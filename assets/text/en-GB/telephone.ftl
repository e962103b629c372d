# Unlock by telephone, for the officer whose service answers.

telephone-title = Unlock by telephone
telephone-what = The card is at another desk, whose service is silent. What is read to you and what you read back are rows of digits; a misheard one is noticed before the card sees anything.
telephone-holder = Holder
telephone-card = Card
telephone-begin = Begin
telephone-challenge = 1. The challenge they read to you
telephone-challenge-field = Challenge, 16 digits
telephone-delivered = The holder has the card in hand
telephone-ask = Answer it
telephone-prove-and-ask = It is me: answer it
telephone-response = 2. What you read back
telephone-response-note = Of use at that desk, for this card, and nowhere else. They type it, and the holder chooses a passcode.
telephone-completion = 3. The completion code they read to you
telephone-completion-note = With it the service knows which unlock code the card holds. Without it both are kept, and that desk tells it itself once its service answers again.
telephone-completion-field = Completion code, 6 digits
telephone-end = Finish
telephone-again = Begin again with a new challenge
telephone-done = The card is unlocked, and its new unlock code is kept.
telephone-given-up = The other desk gave it up. The card may hold either unlock code, both are kept, and it can be unlocked again.
telephone-missing-challenge = Type all 16 digits
telephone-missing-code = Type all 6 digits
telephone-missing-delivery = Ask the holder whether they have the card in hand, and say so above
telephone-missing-answer = The service is asked
card-by-telephone = Unlock by telephone
card-by-telephone-of = Unlock by telephone the card { $serial }
