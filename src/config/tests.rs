use super::*;

fn with(text: &str, environment: &Environment) -> Result<Settings, String> {
    let source = Source { file: "waybill.toml".to_owned(), text: text.to_owned() };
    merge::settings(&source, &embedded(SETTINGS).unwrap(), environment).map_err(|error| error.to_string())
}

#[test]
fn the_shipped_file_is_the_defaults() {
    let settings = embedded_defaults().unwrap().settings;
    assert_eq!(settings.database.url, "sqlite://data/waybill.db");
    assert_eq!(settings.sale.expiry_cron, "0 * * * * *");
    assert!((settings.sale.pending_expiry_minutes - 1440.0).abs() < f64::EPSILON);
    assert_eq!(settings.credit.cap(entity::Tier::Platinum), 15_000_000);
}

#[test]
fn a_file_says_only_what_differs_and_the_environment_wins() {
    let environment = Environment::of([
        ("SALE_PENDING_EXPIRY_MINUTES", "0.05"),
        ("SALE_EXPIRY_BATCH_SIZE", "7"),
        ("WAYBILL__SALE__EXPIRY_BATCH_SIZE", "8"),
        ("WAYBILL__CURRENCIES__EXTRA__BTC", "8"),
        ("DATABASE_URL", ""),
        ("PATH", "/bin"),
    ]);
    let settings = with("[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"fd00::1\"]\n", &environment).unwrap();
    assert_eq!(settings.server.trusted_proxies, ["10.0.0.0/8".parse().unwrap(), "fd00::1/128".parse().unwrap()]);
    let settings = with("[sale]\nexpiry_cron = \"*/5 * * * * *\"\nexpiry_batch_size = 3\n", &environment).unwrap();
    assert_eq!(settings.sale.expiry_cron, "*/5 * * * * *");
    assert_eq!(settings.sale.expiry_batch_size, 8);
    assert!((settings.sale.pending_expiry_minutes - 0.05).abs() < f64::EPSILON);
    assert_eq!(settings.currencies.extra.get("BTC"), Some(&8));
    assert_eq!(settings.database.url, "sqlite://data/waybill.db");
}

#[test]
fn what_is_wrong_in_the_file_is_named_with_line_and_key() {
    for (text, error) in [
        ("[sale]\n\npending_expiry_minutes = 0", "waybill.toml:3: sale.pending_expiry_minutes: must be more than 0"),
        ("[sale]\npending_expiry_minutes = nan", "waybill.toml:2: sale.pending_expiry_minutes: must be more than 0"),
        ("[sale]\npending_expiry = 5", "waybill.toml:2: sale.pending_expiry: unknown field `pending_expiry`"),
        ("[storage]\nendpoint = \"s3.amazonaws.com\"", "waybill.toml:2: storage.endpoint: must be empty, or a URL"),
        ("[storage]\nbucket = \"a b\"", "waybill.toml:2: storage.bucket: must be something without spaces"),
        ("[storage]\nchecksums = \"always\"", "waybill.toml:2: storage.checksums: unknown variant `always`"),
        (
            "[server]\ntrusted_proxies = [\"10.0.0.1\", \"proxy\"]",
            "waybill.toml:2: server.trusted_proxies: \"proxy\" is no address or network",
        ),
        ("[sail]\n", "waybill.toml:1: sail: unknown field `sail`"),
        ("[sale]\nexpiry_cron = \"61 * * * *\"", "waybill.toml:2: sale.expiry_cron: \"61 * * * *\" is no cron"),
        ("[sale]\nexpiry_cron = 5", "waybill.toml:2: sale.expiry_cron: invalid type: integer `5`"),
        ("[sale\n", "waybill.toml:1: "),
        ("[worker]\ntick_ms = -1", "waybill.toml:2: worker.tick_ms: must be from 10 to 60000, is -1"),
        ("[database]\nurl = \"mysql://x\"", "waybill.toml:2: database.url: must start with sqlite://"),
        ("[auth]\nsecret = \"short\"", "waybill.toml:2: auth.secret: must have 32 characters"),
        ("[server]\nlisten = \"8080\"", "waybill.toml:2: server.listen: must be an address and a port"),
        ("[server]\nenvironment = \"test\"", "waybill.toml:2: server.environment: unknown variant `test`"),
        ("sale = 5", "waybill.toml:1: sale: invalid type: integer `5`, expected a table"),
        ("[currencies]\nextra = { BTC = 9 }", "waybill.toml:2: currencies.extra: \"BTC\" must have 0 to 8 decimals"),
        (
            "[credit]\ntiers = [\n  { tier = \"BRONZE\", cap = 1, from = 0 },\n  { tier = \"TIN\", cap = 1, from = 0 },\n]",
            "waybill.toml:4: credit.tiers[1].tier: unknown variant `TIN`",
        ),
        ("[credit]\ntiers = []", "waybill.toml:2: credit.tiers: must name BRONZE"),
        ("[reasons.stores.shop]\ndefault = []", "waybill.toml:1: reasons.stores: \"shop\" is no id of a store"),
    ] {
        let found = with(text, &Environment::default()).unwrap_err();
        assert!(found.starts_with(error), "{found}\nshould start with\n{error}");
    }
}

#[test]
fn what_is_wrong_in_the_environment_is_named_by_its_variable() {
    for (name, text, error) in [
        ("SALE_PENDING_EXPIRY_MINUTES", "-1", "SALE_PENDING_EXPIRY_MINUTES: sale.pending_expiry_minutes: must be more"),
        ("SALE_PENDING_EXPIRY_MINUTES", "soon", "SALE_PENDING_EXPIRY_MINUTES: sale.pending_expiry_minutes: \"soon\""),
        ("SALE_EXPIRY_CRON", "often", "SALE_EXPIRY_CRON: sale.expiry_cron: \"often\" is no cron"),
        ("WAYBILL__SALE__EXPIRY", "1", "WAYBILL__SALE__EXPIRY: sale.expiry: unknown field"),
        ("WAYBILL__SAIL__X", "1", "WAYBILL__SAIL__X: sail: unknown field"),
        ("WAYBILL__LOG__LEVEL__X", "1", "WAYBILL__LOG__LEVEL__X: log.level.x: level holds a value"),
    ] {
        let found = with("", &Environment::of([(name, text)])).unwrap_err();
        assert!(found.starts_with(error), "{found}\nshould start with\n{error}");
    }
}

#[test]
fn providers_are_configured_by_name_and_their_secrets_are_not_repeated() {
    let environment = Environment::of([
        ("WAYBILL__PROVIDERS__STRIPE__WEBHOOK_SECRETS", "whsec_0123456789abcdef, whsec_fedcba9876543210"),
        ("WAYBILL__PROVIDERS__STRIPE__API_KEY", "sk_test_1"),
        ("WAYBILL__PROVIDERS__MY_PAY__WEBHOOK_SECRETS", "1234567890123456"),
    ]);
    let settings = with("[providers.mypay]\nwebhook_secrets = [\"a-secret-of-sixteen\"]\n", &environment).unwrap();
    let stripe = &settings.providers["stripe"];
    assert_eq!(stripe.webhook_secrets.len(), 2);
    assert_eq!((stripe.api_key.as_str(), stripe.base_url.as_str()), ("sk_test_1", "https://api.stripe.com"));
    assert_eq!(settings.providers["my-pay"].webhook_secrets, ["1234567890123456"]);
    assert_eq!(settings.providers["mypay"].webhook_secrets, ["a-secret-of-sixteen"]);
    assert_eq!(settings.providers["adyen"].capture, Some(CaptureMode::Manual));
    let shown = format!("{settings:?}");
    assert!(["whsec_", "sk_test", "a-secret"].iter().all(|secret| !shown.contains(secret)), "{shown}");
}

#[test]
fn what_is_wrong_with_a_provider_is_named_with_line_and_key() {
    for (text, error) in [
        (
            "[providers.stripe]\nwebhook_secrets = [\"hush\"]",
            "waybill.toml:2: providers.stripe.webhook_secrets: secret 1 of 1",
        ),
        ("[providers.stripe]\nbase_url = \"stripe\"", "waybill.toml:2: providers.stripe.base_url: must be an address"),
        ("[providers.stripe]\nkey = \"hush\"", "waybill.toml:2: providers.stripe.key: unknown field `key`"),
        ("[providers.stripe]\ncapture = \"manual\"", "waybill.toml:2: providers.stripe.capture: stripe says itself"),
        ("[providers.adyen]\ncapture = \"never\"", "waybill.toml:2: providers.adyen.capture: unknown variant `never`"),
        ("[providers.mypay]\napi_key = \"hush\"", "waybill.toml:2: providers.mypay.api_key: commands to mypay"),
        ("[providers.MyPay]\nwebhook_secrets = []", "waybill.toml:1: providers.MyPay: \"MyPay\" is no name"),
    ] {
        let found = with(text, &Environment::default()).unwrap_err();
        assert!(found.starts_with(error), "{found}\nshould start with\n{error}");
        assert!(!found.contains("hush"), "{found}");
    }
}

#[test]
fn reason_codes_are_looked_up_from_the_nearest_outwards() {
    let store = crate::id::encode(crate::id::Prefix::Store, uuid::Uuid::nil());
    let text = format!(
        "[reasons]\nevents = {{ CANCEL = [\"A\"] }}\n[reasons.stores.{store}]\nevents = {{ HOLD = [\"B\"] }}\n"
    );
    let reasons = with(&text, &Environment::default()).unwrap().reasons;
    assert_eq!(reasons.codes(&store, "HOLD"), ["B"]);
    assert_eq!(reasons.codes(&store, "CANCEL"), ["A"]);
    assert_eq!(reasons.codes("", "CANCEL"), ["A"]);
    assert_eq!(reasons.codes("", "HOLD").len(), 13);
}

#[test]
fn a_folder_that_holds_no_configuration_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let error = load(Some(folder.path()), &Environment::default()).unwrap_err();
    assert!(error.message.contains("waybill.toml"), "{error}");
    assert!(load(Some(Path::new("/nowhere")), &Environment::default()).is_err());
}
