//! The whole configuration, as values.

use std::path::PathBuf;
use std::sync::Arc;

use url::Url;

use crate::alert::{AlertSpec, DeskSpec, OperatorsSpec};
use crate::compose::MailIdentity;
use crate::extract::{ReadSpec, WallLexicon};
use crate::feed::FeedSpec;
use crate::fetch::NetworkSpec;
use crate::matcher::Topics;
use crate::outbox::MailSpec;
use crate::schedule::PollSpec;
use crate::store::RetentionSpec;
use crate::story::StorySpec;

/// Where the status page listens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Listen {
    /// Nowhere.
    #[default]
    Off,
    /// On an address such as `127.0.0.1:8787`.
    Tcp(std::net::SocketAddr),
    /// On a Unix socket.
    Unix(PathBuf),
}

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The main file.
    pub file: PathBuf,
    /// Database, lock and `.eml` folder.
    pub state_dir: PathBuf,
    /// The public address of the web page.
    pub base_url: Option<Url>,
    /// `[poll]`.
    pub poll: PollSpec,
    /// `[network]`.
    pub network: NetworkSpec,
    /// `[read]`.
    pub read: ReadSpec,
    /// The wording of walls, when `read.paywall` names a file; else the shipped one applies.
    pub walls: Option<Arc<WallLexicon>>,
    /// `[story]`.
    pub story: StorySpec,
    /// `[alerts]`.
    pub alerts: AlertSpec,
    /// `[operators]`.
    pub operators: OperatorsSpec,
    /// `[mail]`.
    pub mail: MailSpec,
    /// What of `[mail]` stands in every message.
    pub identity: MailIdentity,
    /// `[web]`.
    pub listen: Listen,
    /// `[retention]`.
    pub retention: RetentionSpec,
    /// Every `[[feed]]`.
    pub feeds: Vec<FeedSpec>,
    /// Every topic, compiled once: compiling is how it is checked.
    pub topics: Topics,
    /// Every `[[desk]]`.
    pub desks: Vec<DeskSpec>,
}

impl Settings {
    /// The database.
    pub fn database(&self) -> PathBuf {
        self.state_dir.join("vigie.db")
    }
}
