//! Addresses as the wire wants them.
//!
//! In: an address as a person wrote it in the configuration. Out: one that SMTP takes (domain in A-labels), or why it cannot be one, and a form
//! that may stand in a log. Not done here: the From and To headers (compose).

use lettre::Address;
use url::Host;

/// The address inside `Name <address>`; the whole, trimmed, when there are no brackets.
pub(super) fn bare(mailbox: &str) -> &str {
    let trimmed = mailbox.trim();
    match (trimmed.rfind('<'), trimmed.rfind('>')) {
        (Some(open), Some(close)) if open < close => trimmed[open + 1..close].trim(),
        _ => trimmed,
    }
}

/// Reads an address, or says in words why it is none; its domain becomes A-labels, its local part stays as it is.
///
/// A local part beyond ASCII is accepted here: whether it can go depends on the relay (SMTPUTF8).
pub(super) fn parse(address: &str) -> Result<Address, String> {
    if address.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("it holds white space or control characters".to_owned());
    }
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Err("it has no @".to_owned());
    };
    if local.starts_with('-') {
        // A program that takes it for an option is the danger (sendmail); no real mailbox is named so.
        return Err("it begins with -".to_owned());
    }
    let domain = domain_in_a_labels(domain).ok_or("its domain is not a host name")?;
    Address::new(local, domain).map_err(|e| e.to_string().to_lowercase())
}

/// The address as it may stand in a log at info: `a***@example.org`.
pub fn masked(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let first = local.chars().next().filter(|c| !c.is_control());
            let domain: String = domain.chars().filter(|c| !c.is_control()).collect();
            first.map_or_else(|| format!("***@{domain}"), |c| format!("{c}***@{domain}"))
        }
        None => "***".to_owned(),
    }
}

/// `bücher.example` → `xn--bcher-kva.example`; address literals stay as they are.
fn domain_in_a_labels(domain: &str) -> Option<String> {
    if domain.starts_with('[') {
        return Some(domain.to_owned());
    }
    // `Host::parse` decodes percent signs, which have no meaning in mail.
    if domain.contains('%') {
        return None;
    }
    match Host::parse(domain).ok()? {
        Host::Domain(name) => Some(name),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: Result<&str, &str>) {
        match (parse(address), expected) {
            (Ok(got), Ok(want)) => assert_eq!(got.to_string(), want),
            (Err(got), Err(want)) => assert!(got.contains(want), "{got:?} does not say {want:?}"),
            (got, want) => panic!("{address:?}: got {got:?}, expected {want:?}"),
        }
    }

    #[test]
    fn domains_become_a_labels_and_local_parts_stay() {
        check("anne@rig.example", Ok("anne@rig.example"));
        check("Anne.Marie+veille@Rig.Example", Ok("Anne.Marie+veille@rig.example"));
        check("anne@bücher.example", Ok("anne@xn--bcher-kva.example"));
        check("иван@почта.example", Ok("иван@xn--80a1acny.example"));
        check("ops@[192.0.2.1]", Ok("ops@[192.0.2.1]"));
        check("ops@localhost", Ok("ops@localhost"));
    }

    #[test]
    fn what_could_be_read_as_something_else_is_no_address() {
        check("anne", Err("no @"));
        check("", Err("no @"));
        check("@rig.example", Err("invalid email user"));
        check("anne@", Err("host name"));
        check("anne@rig%2eexample", Err("host name"));
        check("anne@192.0.2.1", Err("host name"));
        check("-oQ/tmp@rig.example", Err("begins with -"));
        check("anne@rig.example\r\nRCPT TO:<eve@evil.example>", Err("control characters"));
        check("anne smith@rig.example", Err("white space"));
        check("anne>@rig.example", Err("invalid email user"));
    }

    #[test]
    fn the_address_stands_between_the_last_brackets() {
        assert_eq!(bare("Veille <veille@rig.example>"), "veille@rig.example");
        assert_eq!(bare("\"A < B\" < veille@rig.example >"), "veille@rig.example");
        assert_eq!(bare(" veille@rig.example "), "veille@rig.example");
    }

    #[test]
    fn a_log_sees_one_letter_of_the_local_part() {
        assert_eq!(masked("anne@rig.example"), "a***@rig.example");
        assert_eq!(masked("@rig.example"), "***@rig.example");
        assert_eq!(masked("no address"), "***");
        assert_eq!(masked("\u{1b}[2J@rig\n.example"), "***@rig.example");
    }
}
