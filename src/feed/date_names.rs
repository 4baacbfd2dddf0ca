//! Tables: names of months in the languages that feeds are written in, and of time zones. Reading dates is done in date.rs.

/// Months by the beginning of their names, lower case; where one name begins another, the longer stands first.
#[rustfmt::skip]
pub(super) const MONTHS: &[(&str, i8)] = &[
    ("juin", 6), ("juil", 7), ("jan", 1), ("jän", 1), ("fev", 2), ("fév", 2), ("feb", 2), ("mar", 3), ("mär", 3), ("mrz", 3),
    ("apr", 4), ("avr", 4), ("abr", 4), ("may", 5), ("mai", 5), ("maj", 5), ("mag", 5), ("jun", 6), ("giu", 6), ("jul", 7),
    ("lug", 7), ("aug", 8), ("aou", 8), ("aoû", 8), ("ago", 8), ("sep", 9), ("set", 9), ("oct", 10), ("okt", 10),
    ("ott", 10), ("out", 10), ("nov", 11), ("dec", 12), ("déc", 12), ("dez", 12), ("dic", 12), ("gen", 1), ("ene", 1),
    ("янв", 1), ("фев", 2), ("мар", 3), ("апр", 4), ("май", 5), ("мая", 5), ("июн", 6), ("июл", 7), ("авг", 8), ("сен", 9),
    ("окт", 10), ("ноя", 11), ("дек", 12), ("січ", 1), ("лют", 2), ("бер", 3), ("кві", 4), ("тра", 5), ("чер", 6),
    ("лип", 7), ("сер", 8), ("вер", 9), ("жов", 10), ("лис", 11), ("гру", 12), ("sty", 1), ("lut", 2), ("kwi", 4),
    ("cze", 6), ("lip", 7), ("sie", 8), ("wrz", 9), ("paź", 10), ("lis", 11), ("gru", 12),
];

/// Named zones, lower case, in minutes east of Greenwich.
#[rustfmt::skip]
pub(super) const ZONES: &[(&str, i32)] = &[
    ("utc", 0), ("gmt", 0), ("ut", 0), ("z", 0), ("wet", 0), ("est", -300), ("edt", -240), ("cst", -360), ("cdt", -300),
    ("mst", -420), ("mdt", -360), ("pst", -480), ("pdt", -420), ("akst", -540), ("akdt", -480), ("hst", -600), ("ast", -240),
    ("adt", -180), ("nst", -210), ("ndt", -150), ("bst", 60), ("west", 60), ("cet", 60), ("met", 60), ("mez", 60),
    ("cest", 120), ("mest", 120), ("mesz", 120), ("eet", 120), ("eest", 180), ("msk", 180), ("мск", 180), ("msd", 240),
    ("ist", 330), ("hkt", 480), ("sgt", 480), ("awst", 480), ("jst", 540), ("kst", 540), ("acst", 570), ("aest", 600),
    ("aedt", 660), ("nzst", 720), ("nzdt", 780),
];
