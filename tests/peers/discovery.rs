//! A custom provider that is only known by its issuer.

use super::{
    product::{Product, profile, smtp},
    servers::servers,
};

#[test]
fn an_issuer_is_all_that_is_written_of_a_provider() {
    let servers = servers();
    let (product, tenant) = (Product::new(), &servers.tenant);
    let registration = format!(
        "[[registration]]\nname = \"by issuer\"\nprovider = \"custom\"\nissuer = \"{}/{tenant}/v2.0\"\n\
         client_id = \"{}\"\nca_file = \"{}\"\n",
        servers.idp,
        servers.clients["desktop"],
        servers.ca.display(),
    );
    let sign_in = "\"delegated\"\nregistration = \"by issuer\"\n\
         scopes = [\"https://outlook.office.com/SMTP.Send\", \"openid\", \"email\", \"offline_access\"]";
    let toml = registration
        + &profile("Alice", "alice", sign_in)
        + &smtp(servers, "submission", "starttls");
    let file = product.write("issuer.toml", toml.as_bytes());
    let applied = product.run(&["apply", "-f", &file]).fine();
    let found = applied.result()["found"].to_string();
    for endpoint in ["authorize", "token", "devicecode", "revoke"] {
        let address = format!("{}/{tenant}/oauth2/v2.0/{endpoint}", servers.idp);
        assert!(found.contains(&address), "{address} in {found}");
    }

    // The provider names itself in its answer (RFC 9207), so a wrong issuer would stop here.
    product.sign_in(servers, "Alice", "alice@corp.test");
    let send = ["send", "Alice", "--to", "bob@corp.test", "--subject", "x", "--text", "y"];
    product.run(&send).fine().message_id();
    let out = product.run(&["sign-out", "Alice"]).fine();
    assert_eq!(out.result()["revoked"], true, "{out:?}");
    let again = product.run(&["apply", "-f", &file]).fine();
    assert_eq!(again.result()["unchanged"].as_array().map(Vec::len), Some(2), "{again:?}");
}
