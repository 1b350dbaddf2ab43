//! `product.toml`: the dossier of a closed product, as the people who buy and run it keep it.
//!
//! Decides what the file says, and only that. Kinds of document are free words here: which of
//! them a country's rules know, and how old each may be, is data of the collector. Money is in
//! whole units of a currency, CVSS scores in tenths; nothing has a fraction.

use domain::Date;

use super::{
    strict::{Invalid, Reading, Table},
    system::{Owner, is_key, own_path, owner},
};

/// The file's name, at the root of a dossier.
pub const FILE: &str = "product.toml";

/// The most a price or cost may be, in whole units: beyond it canonical JSON has no number.
const MOST_MONEY: u64 = 1 << 53;

/// A document of the dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is: `cyber-essentials`, `penetration-test`, `sbom` …
    pub kind: String,
    /// The file, relative to the dossier; a document may be only referred to.
    pub path: Option<String>,
    /// The day it was issued.
    pub issued: Option<Date>,
    /// The day it ends, where it says so.
    pub expires: Option<Date>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Its number, where the issuer keeps a register.
    pub reference: Option<String>,
    /// The product version it is about.
    pub product_version: Option<String>,
    /// What it concludes, in its own words: `standards-met`, `signed` …
    pub status: Option<String>,
    /// The worst CVSS base score it reports, in tenths.
    pub worst_cvss_tenths: Option<u8>,
    /// Where data is kept (location statements).
    pub location: Option<String>,
    /// The sheet of answers by question code, relative to the dossier.
    pub answers: Option<String>,
    /// What it names: standards, interfaces.
    pub names: Vec<String>,
    /// The line it stands on.
    pub line: u32,
}

/// A role around the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The duty: `owner`, `patches`, `monitors`, `safety`, `supplier` …
    pub duty: String,
    /// Who.
    pub who: Owner,
}

/// Price and dates of the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contract {
    /// Price a year, in whole units.
    pub price_per_year: Option<u64>,
    /// The price a year before this one, in whole units.
    pub price_year_before: Option<u64>,
    /// The currency, three letters.
    pub currency: Option<String>,
    /// The day it renews or ends.
    pub renewal: Option<Date>,
    /// The last day to give notice.
    pub notice: Option<Date>,
    /// Days of notice before renewal.
    pub notice_days: Option<u16>,
    /// Whether it renews by itself.
    pub auto_renews: Option<bool>,
}

impl Contract {
    /// The last day to give notice: as stated, else computed from renewal and days of notice.
    pub fn last_notice(&self) -> Option<Date> {
        self.notice.or_else(|| Some(self.renewal?.plus_days(-i64::from(self.notice_days?))))
    }
}

/// How the last test of an export went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportResult {
    /// All data came out in a usable form.
    Passed,
    /// Some of it did.
    Partly,
    /// None of it did.
    Failed,
}

impl ExportResult {
    /// The word used in files and on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Partly => "partly",
            Self::Failed => "failed",
        }
    }
}

/// How to leave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// The plan's file, relative to the dossier.
    pub plan: Option<String>,
    /// The day of the plan.
    pub plan_date: Option<Date>,
    /// What leaving costs, in whole units.
    pub cost: Option<u64>,
    /// The last test of an export: day and result.
    pub export_test: Option<(Date, ExportResult)>,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub count: u32,
    /// Of how many.
    pub of: u32,
}

/// Escrow of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escrow {
    /// Who keeps it.
    pub agent: String,
    /// The last deposit.
    pub last_deposit: Option<Date>,
    /// Whether a build from it was verified.
    pub build_verified: Option<bool>,
}

/// What bears on lock-in and is not said elsewhere in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockIn {
    /// Interfaces that name an open standard and show conformance.
    pub open_interfaces: Option<Share>,
    /// Kinds of stored data with a documented open export format.
    pub open_exports: Option<Share>,
    /// Escrow.
    pub escrow: Option<Escrow>,
    /// Share of the body's spend on IT that goes to this supplier, in whole hundredths.
    pub spend_percent: Option<u8>,
    /// What can be taken along: `standard-sign-on`, `container-image`, `region-choice`.
    pub portable: Vec<String>,
}

/// One line of the total cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Which line: `licence`, `staff`, `support`, `exit` …
    pub line: String,
    /// The lower figure, in whole units over the horizon.
    pub low: u64,
    /// The higher figure.
    pub high: u64,
    /// Who supplied the figures.
    pub by: String,
}

/// What `product.toml` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dossier {
    /// Supplier.
    pub supplier: String,
    /// Product.
    pub product: String,
    /// Version.
    pub version: String,
    /// The last day of the vendor's support for this version.
    pub support_end: Option<Date>,
    /// How many independent suppliers could run or support it.
    pub suppliers: Option<u32>,
    /// Whether the product is, or is part of, what a patient's care depends on is the tier of
    /// its use; roles around it, sorted by duty.
    pub roles: Vec<Role>,
    /// Contract.
    pub contract: Contract,
    /// Exit.
    pub exit: Exit,
    /// Lock-in.
    pub lock_in: LockIn,
    /// Years the cost lines cover.
    pub cost_years: Option<u8>,
    /// Total cost, line by line.
    pub costs: Vec<Cost>,
    /// Documents, in the order written.
    pub documents: Vec<Document>,
}

impl Dossier {
    /// Reads `product.toml`.
    ///
    /// # Errors
    /// When anything in it is unknown, of the wrong sort or incomplete: all of it, by line.
    pub fn read(path: &str, bytes: &[u8]) -> Result<Self, Invalid> {
        Reading::all(path, bytes, |root| {
            let supplier = root.required_text("supplier", "who makes or sells the product");
            let product = root.required_text("product", "the product's name");
            let version = root.required_text("version", "the version in use, in quotation marks");
            let support_end = root.date("support_end");
            let suppliers = root.number("suppliers", 10_000).and_then(|n| u32::try_from(n).ok());
            let mut roles = root.named_tables("roles", |duty, table| {
                if !is_key(duty) {
                    table.fault(
                        "a duty is one word in lower case: owner, patches, monitors, safety, supplier",
                    );
                }
                Some(Role { duty: duty.to_owned(), who: owner(table)? })
            });
            roles.sort_by(|a, b| a.duty.cmp(&b.duty));
            let contract = root.table("contract", contract).unwrap_or_default();
            let exit = root.table("exit", exit).unwrap_or_default();
            let lock_in = root.table("lock_in", lock_in).unwrap_or_default();
            let cost_years = root.number("cost_years", 50).and_then(|n| u8::try_from(n).ok());
            let costs = root.tables("costs", cost);
            let documents = root.tables("documents", document);
            Some(Self {
                supplier: supplier?,
                product: product?,
                version: version?,
                support_end,
                suppliers,
                roles,
                contract,
                exit,
                lock_in,
                cost_years,
                costs,
                documents,
            })
        })
    }

    /// The first role with a duty.
    pub fn role(&self, duty: &str) -> Option<&Owner> {
        self.roles.iter().find(|role| role.duty == duty).map(|role| &role.who)
    }
}

fn contract(table: &Table<'_, '_>) -> Option<Contract> {
    let contract = Contract {
        price_per_year: table.number("price_per_year", MOST_MONEY),
        price_year_before: table.number("price_year_before", MOST_MONEY),
        currency: table.text("currency"),
        renewal: table.date("renewal"),
        notice: table.date("notice"),
        notice_days: table.number("notice_days", 3660).and_then(|n| u16::try_from(n).ok()),
        auto_renews: table.flag("auto_renews"),
    };
    let letters = |c: &str| c.len() == 3 && c.bytes().all(|b| b.is_ascii_uppercase());
    if contract.currency.as_deref().is_some_and(|c| !letters(c)) {
        table.fault_at("currency", "a currency has three capital letters, e.g. \"GBP\"");
    }
    if contract.price_per_year.is_some() && contract.currency.is_none() {
        table.fault("`currency` is missing: a price needs one, e.g. \"GBP\"");
    }
    if let (Some(notice), Some(renewal)) = (contract.notice, contract.renewal)
        && notice > renewal
    {
        table.fault_at("notice", "the last day to give notice lies after the renewal");
    }
    Some(contract)
}

fn exit(table: &Table<'_, '_>) -> Option<Exit> {
    let results = [
        ("passed", ExportResult::Passed),
        ("partly", ExportResult::Partly),
        ("failed", ExportResult::Failed),
    ];
    Some(Exit {
        plan: table.text("plan").and_then(|path| own_path(table, "plan", &path)),
        plan_date: table.date("plan_date"),
        cost: table.number("cost", MOST_MONEY),
        export_test: table.table("export_test", |test| {
            let date = test.required_date("date", "the day of the test");
            test.required("result", "passed, partly or failed");
            Some((date?, test.word("result", &results)?))
        }),
    })
}

fn lock_in(table: &Table<'_, '_>) -> Option<LockIn> {
    let share = |inner: &Table<'_, '_>| {
        inner.required("count", "how many");
        inner.required("of", "of how many");
        let count = inner.number("count", 100_000).and_then(|n| u32::try_from(n).ok());
        let of = inner.number("of", 100_000).and_then(|n| u32::try_from(n).ok());
        let share = Share { count: count?, of: of? };
        if share.count > share.of {
            inner.fault_at("count", "`count` is more than `of`");
        }
        Some(share)
    };
    Some(LockIn {
        open_interfaces: table.table("open_interfaces", share),
        open_exports: table.table("open_exports", share),
        escrow: table.table("escrow", |inner| {
            let agent = inner.required_text("agent", "who keeps the source");
            let last_deposit = inner.date("last_deposit");
            let build_verified = inner.flag("build_verified");
            Some(Escrow { agent: agent?, last_deposit, build_verified })
        }),
        spend_percent: table.number("spend_percent", 100).and_then(|n| u8::try_from(n).ok()),
        portable: table.texts("portable"),
    })
}

fn cost(table: &Table<'_, '_>) -> Option<Cost> {
    let line = table.required_text("line", "which cost: licence, staff, support, exit");
    table.required("low", "the lower figure, in whole units");
    table.required("high", "the higher figure, in whole units");
    let low = table.number("low", MOST_MONEY);
    let high = table.number("high", MOST_MONEY);
    let by = table.required_text("by", "who supplied the figures");
    if let (Some(low), Some(high)) = (low, high)
        && low > high
    {
        table.fault_at("low", "`low` is more than `high`");
    }
    Some(Cost { line: line?, low: low?, high: high?, by: by? })
}

fn document(table: &Table<'_, '_>) -> Option<Document> {
    let kind = table.required_text("kind", "what it is, e.g. \"penetration-test\"");
    if kind.as_deref().is_some_and(|kind| !is_key(kind)) {
        table.fault_at("kind", "a kind is written in lower case with hyphens, e.g. \"penetration-test\"");
    }
    let path = |key: &'static str| table.text(key).and_then(|path| own_path(table, key, &path));
    let document = Document {
        kind: kind.unwrap_or_default(),
        path: path("path"),
        issued: table.date("issued"),
        expires: table.date("expires"),
        issuer: table.text("issuer"),
        reference: table.text("reference"),
        product_version: table.text("product_version"),
        status: table.text("status"),
        worst_cvss_tenths: table.tenths("worst_cvss", 100).and_then(|n| u8::try_from(n).ok()),
        location: table.text("location"),
        answers: path("answers"),
        names: table.texts("names"),
        line: table.line,
    };
    if let (Some(issued), Some(expires)) = (document.issued, document.expires)
        && expires < issued
    {
        table.fault_at("expires", "`expires` lies before `issued`");
    }
    Some(document)
}
