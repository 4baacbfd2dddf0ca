//! The `[network]` section.

use ipnet::IpNet;

/// How the web is spoken to, and which parts of it.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkSpec {
    /// Private networks that feeds and pages may lie in all the same.
    pub allow_private: Vec<IpNet>,
    /// An address or URL at which a site's people reach ours; part of the User-Agent.
    pub user_agent_contact: Option<String>,
    /// The largest decoded body that is taken, bytes.
    pub max_body: u64,
    /// Whether robots.txt is asked before pages.
    pub robots: bool,
}

impl Default for NetworkSpec {
    fn default() -> NetworkSpec {
        NetworkSpec { allow_private: Vec::new(), user_agent_contact: None, max_body: 10_000_000, robots: true }
    }
}
