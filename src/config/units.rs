//! Durations and sizes as people write them.

use std::time::Duration;

const SECONDS: &[(&str, f64)] =
    &[("ms", 0.001), ("s", 1.0), ("m", 60.0), ("min", 60.0), ("h", 3600.0), ("d", 86_400.0), ("w", 604_800.0)];

const BYTES: &[(&str, f64)] = &[
    ("b", 1.0),
    ("kb", 1e3),
    ("mb", 1e6),
    ("gb", 1e9),
    ("kib", 1024.0),
    ("mib", 1_048_576.0),
    ("gib", 1_073_741_824.0),
    ("k", 1e3),
    ("m", 1e6),
    ("g", 1e9),
];

/// The longest duration that is taken: ten years.
const LONGEST_SECONDS: f64 = 10.0 * 366.0 * 86_400.0;

/// Reads `"90s"`, `"15m"`, `"1h 30m"`, `"4d"`, `"0.5s"`.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("\"{text}\" is not a duration; write for example \"90s\", \"15m\", \"48h\" or \"4d\"");
    let mut total = 0.0;
    for (number, unit) in quantities(text).ok_or_else(wrong)? {
        let (_, seconds) = SECONDS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        total += number * seconds;
    }
    if total > LONGEST_SECONDS {
        return Err(format!("\"{text}\" is longer than ten years"));
    }
    Ok(Duration::from_micros((total * 1e6).round() as u64))
}

/// Reads `"10MB"`, `"64kB"`, `"1GiB"`, `"512"` as bytes.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || format!("\"{text}\" is not a size; write for example \"64kB\", \"10MB\" or \"1GB\"");
    if let Ok(bytes) = text.trim().parse::<u64>() {
        return Ok(bytes);
    }
    let parts = quantities(text).ok_or_else(wrong)?;
    let [(number, unit)] = parts.as_slice() else { return Err(wrong()) };
    let (_, bytes) = BYTES.iter().find(|(name, _)| name == unit).ok_or_else(wrong)?;
    Ok((number * bytes).round() as u64)
}

/// `"1h 30m"` as numbers with units in lower case; `None` when a number lacks its unit or there is no number.
fn quantities(text: &str) -> Option<Vec<(f64, String)>> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut out = Vec::new();
    let mut rest = compact.as_str();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        out.push((number, rest[..end].to_lowercase()));
        rest = &rest[end..];
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let seconds = |t| parse_duration(t).map(|d| d.as_secs_f64());
        assert_eq!(seconds("90s"), Ok(90.0));
        assert_eq!(seconds("1.0s"), Ok(1.0));
        assert_eq!(seconds("0s"), Ok(0.0));
        assert_eq!(seconds("1h 30m"), Ok(5400.0));
        assert_eq!(seconds("4d"), Ok(345_600.0));
        assert_eq!(seconds("250ms"), Ok(0.25));
        for wrong in ["", "5", "m", "-3s", "3 parsecs", "999999999999d", "."] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!(parse_size("10MB"), Ok(10_000_000));
        assert_eq!(parse_size("64 kB"), Ok(64_000));
        assert_eq!(parse_size("1MiB"), Ok(1_048_576));
        assert_eq!(parse_size("512"), Ok(512));
        assert!(parse_size("big").is_err());
    }

    proptest! {
        #[test]
        fn a_whole_number_of_milliseconds_is_read_exactly(ms in 0u64..1_000_000_000) {
            let exact = Ok(Duration::from_millis(ms));
            prop_assert_eq!(parse_duration(&format!("{ms}ms")), exact.clone());
            let (hours, minutes, seconds, rest) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
            prop_assert_eq!(parse_duration(&format!("{hours}h {minutes}m {seconds}s {rest}ms")), exact);
        }
    }
}
