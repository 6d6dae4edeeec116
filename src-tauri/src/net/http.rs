//! The one HTTP client: bounded answers, no redirects, trust and time limits as given.
