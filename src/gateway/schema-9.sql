-- Version 9. With which card a session was begun; none for one that was begun by the training choice of a name.
ALTER TABLE sessions ADD COLUMN card TEXT;
