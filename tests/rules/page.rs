//! The tables of `facts/nhs.md` as they stand on its pages, to be held beside them, and what the pages leave to this program.

/// Section 1.2, the card operations of the role matrix, word for word.
pub const ROLES: &str = "
| Operation                              | RAM | RAA(A) | RAA | IDC | S   | LSA |
|----------------------------------------|-----|--------|-----|-----|-----|-----|
| Issue a smartcard                      | yes | yes    | yes | no  | no  | no  |
| Unlock a smartcard                     | yes | yes    | yes | no  | yes | yes |
| Repair a smartcard                     | yes | yes    | yes | no  | no  | no  |
| Clear a smartcard for reuse            | yes | yes    | yes | no  | no  | no  |
| Renew, certificates due within 90 days | yes | yes    | yes | no  | yes | yes |
| Renew, certificates already expired    | yes | yes    | yes | no  | no  | no  |
| Cancel a smartcard                     | yes | yes    | yes | no  | no  | no  |
";

/// Two operations the matrix does not name: who issues a card prints it (1.4), and a passcode is changed where one is set.
pub const MORE_ROLES: &str = "
| Operation                              | RAM | RAA(A) | RAA | IDC | S   | LSA |
|----------------------------------------|-----|--------|-----|-----|-----|-----|
| Print a smartcard                      | yes | yes    | yes | no  | no  | no  |
| Change a passcode                      | yes | yes    | yes | no  | yes | yes |
";

/// Section 0, the compatibility table of Series 10.
pub const SERIES_10: &str = "
| Client software                                            | Authentication | RA issue | RA repair | RA renew | Self-service unlock | Self-service passcode change | Self-service renew |
|------------------------------------------------------------|----------------|----------|-----------|----------|---------------------|------------------------------|--------------------|
| Smartcard Connect 4.1                                      | yes            | yes      | yes       | yes      | yes                 | yes                          | yes                |
| Identity Agent 2.4.10.0 with Credential Management 1.4.2.0 | until the end  | no       | no        | no       | no                  | no                           | no                 |
";

/// Sections 0 and 4.1: what each client software does with each series. "Until the end" is until 28 February 2027, the
/// last day of Identity Agent; after it every row of Identity Agent reads "ended". Columns of Series 8 speak for cards of no
/// series of ours too.
pub const SOFTWARE: &str = "
| Client software                                            | Series 8      | Series 9      | Series 10, authentication | Series 10, management |
|------------------------------------------------------------|---------------|---------------|---------------------------|-----------------------|
| Smartcard Connect 4.1                                      | yes           | yes           | yes                       | yes                   |
| Smartcard Connect 4.2                                      | yes           | yes           | yes                       | yes                   |
| Smartcard Connect 3.13.5.0                                 | yes           | yes           | too old                   | too old               |
| Identity Agent 2.4.10.0 with Credential Management 1.4.2.0 | until the end | until the end | until the end             | only signs in         |
| Identity Agent 2.4.10.0 with Credential Management 1.4.1.0 | until the end | until the end | too old                   | too old               |
| Identity Agent 2.4.10.0 with Credential Management 1.3.0.0 | until the end | too old       | too old                   | too old               |
| Identity Agent 2.4.9.0 with Credential Management 1.4.2.0  | retired       | retired       | retired                   | retired               |
| smartcard software whose NHS Port Service is silent        | silent        | silent        | silent                    | silent                |
| smartcard software whose Credential Management is silent   | silent        | silent        | silent                    | silent                |
| no smartcard software                                      | missing       | missing       | missing                   | missing               |
";

/// Which state of a card an operation needs (1.4, 1.5 and issue 4). Self-service goes by the same rows.
pub const STATES: &str = "
| Operation       | blank | in work | active | locked | unfinished | cancelled |
|-----------------|-------|---------|--------|--------|------------|-----------|
| issue           | yes   | no      | no     | no     | no         | no        |
| print           | no    | no      | yes    | yes    | no         | no        |
| unlock          | no    | no      | yes    | yes    | no         | no        |
| repair          | no    | no      | yes    | yes    | yes        | no        |
| renew           | no    | no      | yes    | no     | no         | no        |
| clear           | no    | no      | yes    | yes    | yes        | no        |
| cancel          | no    | no      | yes    | yes    | yes        | no        |
| change passcode | no    | no      | yes    | no     | no         | no        |
| authenticate    | no    | no      | yes    | no     | no         | no        |
";

/// Section 2.2: what the chips allow. Series 8 only has its maker's middleware, which makes no card anew.
pub const SERIES: &str = "
| Operation       | Series 4 | Series 5 | Series 6 | Series 8 | Series 9 | Series 10 | generic PIV card | unknown card |
|-----------------|----------|----------|----------|----------|----------|-----------|------------------|--------------|
| issue           | blocked  | blocked  | blocked  | cannot   | yes      | yes       | in training      | unknown      |
| print           | blocked  | blocked  | blocked  | yes      | yes      | yes       | in training      | unknown      |
| unlock          | blocked  | blocked  | blocked  | yes      | yes      | yes       | in training      | unknown      |
| repair          | blocked  | blocked  | blocked  | cannot   | yes      | yes       | in training      | unknown      |
| renew           | blocked  | blocked  | blocked  | yes      | yes      | yes       | in training      | unknown      |
| clear           | blocked  | blocked  | blocked  | cannot   | yes      | yes       | in training      | unknown      |
| cancel          | blocked  | blocked  | blocked  | yes      | yes      | yes       | in training      | unknown      |
| change passcode | blocked  | blocked  | blocked  | yes      | yes      | yes       | in training      | unknown      |
| self-service    | blocked  | blocked  | blocked  | yes      | yes      | yes       | in training      | unknown      |
| authenticate    | blocked  | blocked  | blocked  | yes      | yes      | yes       | in training      | unknown      |
";

/// Section 1.9 and issue 4: what the holder does alone, and what the record must hold for it.
pub const SELF_SERVICE: &str = "
| Operation       | without an officer | expired certificates | no certificates | address  | delivered |
|-----------------|--------------------|----------------------|-----------------|----------|-----------|
| issue           | no                 | -                    | -               | -        | -         |
| print           | no                 | -                    | -               | -        | -         |
| unlock          | yes                | desk                 | desk            | needed   | needed    |
| repair          | no                 | -                    | -               | -        | -         |
| renew           | yes                | desk                 | desk            | -        | -         |
| clear           | no                 | -                    | -               | -        | -         |
| cancel          | no                 | -                    | -               | -        | -         |
| change passcode | yes                | -                    | -               | -        | -         |
";

/// Sections 0, 1.4, 1.6: what the record must hold for an operation at the desk.
pub const RECORD: &str = "
| Operation       | open profile | photo  | no other card in use | printer |
|-----------------|--------------|--------|----------------------|---------|
| issue           | needed       | needed | needed               | -       |
| print           | needed       | needed | -                    | needed  |
| unlock          | needed       | -      | -                    | -       |
| repair          | needed       | -      | if unfinished        | -       |
| renew           | needed       | -      | -                    | -       |
| clear           | -            | -      | -                    | -       |
| cancel          | -            | -      | -                    | -       |
| change passcode | needed       | -      | -                    | -       |
";

/// A table that was read.
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<(&'static str, Vec<&'static str>)>,
}

impl Table {
    /// Reads a table; each row has as many cells as the first.
    pub fn read(text: &'static str) -> Self {
        let cells = |line: &'static str| -> Vec<&'static str> {
            line.trim().trim_matches('|').split('|').map(str::trim).collect()
        };
        let ruled = |line: &&str| !line.trim().is_empty() && !line.starts_with("|-");
        let mut lines = text.lines().filter(ruled).map(cells);
        let columns = lines.next().expect("a head").split_off(1);
        let rows: Vec<_> = lines.map(|mut row| (row[0], row.split_off(1))).collect();
        assert!(!rows.is_empty() && rows.iter().all(|(_, row)| row.len() == columns.len()), "{text}");
        Self { columns, rows }
    }

    /// What stands in a cell.
    pub fn at(&self, row: &str, column: &str) -> &'static str {
        let place = self.columns.iter().position(|name| *name == column);
        let row = self.rows.iter().find(|(name, _)| *name == row).unwrap_or_else(|| panic!("no row “{row}”"));
        row.1[place.unwrap_or_else(|| panic!("no column “{column}”"))]
    }

    /// The names of the rows.
    pub fn rows(&self) -> impl Iterator<Item = &'static str> {
        self.rows.iter().map(|(name, _)| *name)
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[&'static str] {
        &self.columns
    }
}
