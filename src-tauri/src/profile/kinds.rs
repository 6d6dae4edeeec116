//! The words that settings choose from.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares an enum with the words it is written with in files, JSON and the database.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(export))]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order people are shown them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value that `word` stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(
    /// Whose identity platform a registration belongs to.
    Provider {
        /// Entra ID and personal Microsoft accounts.
        Microsoft = "microsoft",
        /// Google accounts and Workspace.
        Google = "google",
        /// Any other OAuth 2.0 provider.
        Custom = "custom",
    }
);
words!(
    /// Which of Microsoft's separate clouds.
    Cloud {
        /// Worldwide, GCC included.
        Global = "global",
        /// US Government GCC High (L4).
        UsGovHigh = "us-gov-high",
        /// US Department of Defense (L5).
        UsGovDod = "us-gov-dod",
        /// China, operated by 21Vianet.
        China = "china",
    }
);
words!(
    /// How a sender proves who it is.
    SignIn {
        /// A person signed in once; tokens renew themselves.
        Delegated = "delegated",
        /// The app signs in as itself.
        AppOnly = "app-only",
        /// User name and password.
        Password = "password",
        /// Not at all.
        None = "none",
    }
);
words!(
    /// Which way mail leaves.
    Transport {
        /// SMTP submission.
        Smtp = "smtp",
        /// Microsoft Graph `sendMail`.
        Graph = "graph",
    }
);
words!(
    /// How a connection is protected.
    Security {
        /// Plain greeting, then TLS, required.
        Starttls = "starttls",
        /// TLS from the first byte.
        Tls = "tls",
        /// Not at all.
        None = "none",
    }
);
words!(
    /// The oldest TLS version that is accepted.
    MinTls {
        /// TLS 1.2.
        V12 = "1.2",
        /// TLS 1.3.
        V13 = "1.3",
    }
);
words!(
    /// Which ways of signing in to the SMTP server may be used.
    SmtpAuth {
        /// Whichever the server offers.
        Auto = "auto",
        /// Tokens, as Microsoft and Google describe it.
        Xoauth2 = "xoauth2",
        /// Tokens, as RFC 7628 has it.
        Oauthbearer = "oauthbearer",
        /// User name and password in one answer (RFC 4616).
        Plain = "plain",
        /// User name and password one after the other.
        Login = "login",
    }
);
words!(
    /// When a mail server on the way is to report about a message (RFC 3461 §4.1).
    Notice {
        /// When it has arrived.
        Success = "success",
        /// When it cannot be delivered.
        Failure = "failure",
        /// When it is delayed.
        Delay = "delay",
        /// Not at all; stands alone.
        Never = "never",
    }
);
words!(
    /// How much of the message comes back with a notice (RFC 3461 §4.3).
    Returned {
        /// All of it.
        Full = "full",
        /// Its headers.
        Headers = "headers",
    }
);
words!(
    /// How a client secret travels to the token endpoint (RFC 6749 §2.3.1).
    ClientAuthentication {
        /// In the request body.
        Post = "post",
        /// In the Authorization header.
        Basic = "basic",
    }
);

words!(
    /// How an app signs what it proves itself with, and which fingerprint names its certificate.
    CertificateAlgorithm {
        /// RSASSA-PSS, `x5t#S256`: what Microsoft's own libraries send.
        Ps256 = "ps256",
        /// RSASSA-PKCS1-v1_5, `x5t`: for providers that do not know the newer one.
        Rs256 = "rs256",
    }
);
