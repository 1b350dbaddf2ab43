//! The rules that are shipped, one line each, in the order of precedence: where two rules match the
//! same text the earlier one names it, so forms that prove themselves come before guesses.

use domain::Digest;

use super::rule::{BadRule, Rule};

/// File name and text of every rule.
pub(super) const FILES: &[(&str, &str)] = &[
    ("aws-access-key-id.toml", include_str!("../../rules/secrets/aws-access-key-id.toml")),
    ("aws-secret-access-key.toml", include_str!("../../rules/secrets/aws-secret-access-key.toml")),
    ("azure-storage-key.toml", include_str!("../../rules/secrets/azure-storage-key.toml")),
    ("azure-client-secret.toml", include_str!("../../rules/secrets/azure-client-secret.toml")),
    ("azure-sas.toml", include_str!("../../rules/secrets/azure-sas.toml")),
    ("gcp-api-key.toml", include_str!("../../rules/secrets/gcp-api-key.toml")),
    ("gcp-service-account.toml", include_str!("../../rules/secrets/gcp-service-account.toml")),
    ("gcp-oauth-client-secret.toml", include_str!("../../rules/secrets/gcp-oauth-client-secret.toml")),
    ("github-token.toml", include_str!("../../rules/secrets/github-token.toml")),
    ("github-fine-grained-token.toml", include_str!("../../rules/secrets/github-fine-grained-token.toml")),
    ("gitlab-token.toml", include_str!("../../rules/secrets/gitlab-token.toml")),
    ("npm-token.toml", include_str!("../../rules/secrets/npm-token.toml")),
    ("pypi-token.toml", include_str!("../../rules/secrets/pypi-token.toml")),
    ("slack-token.toml", include_str!("../../rules/secrets/slack-token.toml")),
    ("slack-webhook.toml", include_str!("../../rules/secrets/slack-webhook.toml")),
    ("stripe-key.toml", include_str!("../../rules/secrets/stripe-key.toml")),
    ("twilio-key.toml", include_str!("../../rules/secrets/twilio-key.toml")),
    ("sendgrid-key.toml", include_str!("../../rules/secrets/sendgrid-key.toml")),
    ("mailgun-key.toml", include_str!("../../rules/secrets/mailgun-key.toml")),
    ("govuk-notify-key.toml", include_str!("../../rules/secrets/govuk-notify-key.toml")),
    ("private-jwk.toml", include_str!("../../rules/secrets/private-jwk.toml")),
    ("splunk-hec-token.toml", include_str!("../../rules/secrets/splunk-hec-token.toml")),
    ("databricks-token.toml", include_str!("../../rules/secrets/databricks-token.toml")),
    ("heroku-key.toml", include_str!("../../rules/secrets/heroku-key.toml")),
    ("digitalocean-token.toml", include_str!("../../rules/secrets/digitalocean-token.toml")),
    ("openai-key.toml", include_str!("../../rules/secrets/openai-key.toml")),
    ("anthropic-key.toml", include_str!("../../rules/secrets/anthropic-key.toml")),
    ("huggingface-token.toml", include_str!("../../rules/secrets/huggingface-token.toml")),
    ("private-key.toml", include_str!("../../rules/secrets/private-key.toml")),
    ("putty-private-key.toml", include_str!("../../rules/secrets/putty-private-key.toml")),
    ("pgp-private-key.toml", include_str!("../../rules/secrets/pgp-private-key.toml")),
    ("age-secret-key.toml", include_str!("../../rules/secrets/age-secret-key.toml")),
    ("jwt.toml", include_str!("../../rules/secrets/jwt.toml")),
    ("connection-string.toml", include_str!("../../rules/secrets/connection-string.toml")),
    (
        "sqlserver-connection-string.toml",
        include_str!("../../rules/secrets/sqlserver-connection-string.toml"),
    ),
    ("basic-auth-url.toml", include_str!("../../rules/secrets/basic-auth-url.toml")),
    ("npmrc-auth.toml", include_str!("../../rules/secrets/npmrc-auth.toml")),
    ("pypirc-password.toml", include_str!("../../rules/secrets/pypirc-password.toml")),
    ("netrc-password.toml", include_str!("../../rules/secrets/netrc-password.toml")),
    ("htpasswd-hash.toml", include_str!("../../rules/secrets/htpasswd-hash.toml")),
    ("django-secret-key.toml", include_str!("../../rules/secrets/django-secret-key.toml")),
    ("docker-auth.toml", include_str!("../../rules/secrets/docker-auth.toml")),
    ("kubeconfig-credential.toml", include_str!("../../rules/secrets/kubeconfig-credential.toml")),
    ("kubernetes-secret.toml", include_str!("../../rules/secrets/kubernetes-secret.toml")),
    ("terraform-state.toml", include_str!("../../rules/secrets/terraform-state.toml")),
    ("terraform-cloud-token.toml", include_str!("../../rules/secrets/terraform-cloud-token.toml")),
    ("vault-token.toml", include_str!("../../rules/secrets/vault-token.toml")),
    ("docker-hub-token.toml", include_str!("../../rules/secrets/docker-hub-token.toml")),
    ("grafana-token.toml", include_str!("../../rules/secrets/grafana-token.toml")),
    ("shopify-token.toml", include_str!("../../rules/secrets/shopify-token.toml")),
    ("telegram-bot-token.toml", include_str!("../../rules/secrets/telegram-bot-token.toml")),
    ("rubygems-key.toml", include_str!("../../rules/secrets/rubygems-key.toml")),
    ("assigned-secret.toml", include_str!("../../rules/secrets/assigned-secret.toml")),
    ("configured-secret.toml", include_str!("../../rules/secrets/configured-secret.toml")),
];

/// All of them, read.
pub(super) fn rules() -> Result<Vec<Rule>, BadRule> {
    FILES.iter().map(|(file, text)| Rule::read(file, text)).collect()
}

/// The digest over all rule files and the list of placeholders.
pub(super) fn digest() -> Digest {
    let mut all = String::from(include_str!("../../rules/placeholders.toml"));
    for (file, text) in FILES {
        all.push_str(file);
        all.push('\0');
        all.push_str(text);
        all.push('\0');
    }
    Digest::of(all.as_bytes())
}
