"""The matter: one importer's participation in the program, as typed, frozen values.

These classes mirror ``schemas/*.schema.json`` field for field (a test keeps them equal). They are made only
by :func:`isa_docs.intake.load.load_matter`, after the schema has accepted the data, and are never changed.
Dates are :class:`datetime.date`; fields named in the schema as Markdown are plain ``str`` here.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from isa_docs.intake.testing_plan import Frequency as Frequency
from isa_docs.intake.testing_plan import ProductSafety as ProductSafety
from isa_docs.intake.testing_plan import Retention as Retention
from isa_docs.intake.testing_plan import Revision as Revision
from isa_docs.intake.testing_plan import RiskAssessment as RiskAssessment
from isa_docs.intake.testing_plan import Sampling as Sampling
from isa_docs.intake.testing_plan import SelfTestingPlan as SelfTestingPlan
from isa_docs.intake.testing_plan import TestArea as TestArea
from isa_docs.intake.testing_plan import Value as _Value

Edition = Literal["isa-2002", "isa-2012", "ctpat-tc"]
Track = Literal["focused-assessment", "standard"]


class Address(_Value, frozen=True, kw_only=True):
    """A postal address. ``region`` is the state or province, ``country`` an ISO 3166 alpha-2 code."""

    lines: tuple[str, ...]
    city: str
    region: str
    postal_code: str
    country: str = "US"


class IorNumber(_Value, frozen=True, kw_only=True):
    """One importer of record number and the name it is registered under (CBP Form 5106)."""

    number: str
    name: str
    business_unit: str | None = None
    active: bool = True
    ein_available: bool = False


class BusinessUnit(_Value, frozen=True, kw_only=True):
    """A division or affiliate that imports under some of the importer's IOR numbers."""

    id: str
    name: str
    description: str | None = None
    address: Address | None = None


class ResidentAgent(_Value, frozen=True, kw_only=True):
    """Agent for service of process of a nonresident corporation (19 CFR 141.18)."""

    name: str
    address: Address


class Bond(_Value, frozen=True, kw_only=True):
    """The customs bond (CBP Form 301)."""

    type: Literal["continuous", "single-transaction"]
    surety: str
    surety_resident: bool = True
    number: str | None = None


class AccountManager(_Value, frozen=True, kw_only=True):
    """The CBP National Account Manager assigned to the importer."""

    name: str
    title: str = "National Account Manager"
    email: str | None = None
    phone: str | None = None
    address: Address | None = None


class Importer(_Value, frozen=True, kw_only=True):
    """The importer. ``program_residency`` is the program's test; ``entry_status`` is that of 19 CFR 141.31(d)."""

    legal_name: str
    program_residency: Literal["US", "CA", "other"]
    address: Address
    ior_numbers: tuple[IorNumber, ...]
    entry_status: Literal["resident", "nonresident"] = "resident"
    trade_names: tuple[str, ...] = ()
    organization: str | None = None
    """Form and place of organization, e.g. ``a Delaware corporation``."""
    subsidiaries: tuple[str, ...] = ()
    """Legal names of the subsidiaries for which the importer acts too; papers then mean all of them by the Company."""
    importing_since: int | None = None
    """Calendar year of the first U.S. entry."""
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    business_units: tuple[BusinessUnit, ...] = ()
    resident_agent: ResidentAgent | None = None
    bond: Bond | None = None
    center_of_excellence: str | None = None
    national_account_manager: AccountManager | None = None


class Firm(_Value, frozen=True, kw_only=True):
    """The law firm or consultant that prepares the papers; its letterhead heads counsel-signed letters."""

    name: str
    address: Address
    phone: str | None = None
    email: str | None = None
    website: str | None = None


class Person(_Value, frozen=True, kw_only=True):
    """Somebody named or signing. ``office`` is the corporate office of 19 CFR 141.38, if the person holds one."""

    name: str
    title: str
    office: Literal["president", "vice-president", "treasurer", "secretary", "other", "none"] = "none"
    authority_evidence: str | None = None
    """Id of the exhibit that shows the person's authority (e.g. a secretary's certificate)."""
    organization: str | None = None
    """Employer when it is not the importer, e.g. the law firm."""
    honorific: str | None = None
    phone: str | None = None
    email: str | None = None
    address: Address | None = None
    bar_admission: str | None = None
    """For counsel: jurisdiction(s) of bar membership (5 U.S.C. 500(b))."""


class FocusedAssessment(_Value, frozen=True, kw_only=True):
    """The Focused Assessment report that opens the FA route."""

    report_number: str
    report_date: date
    conclusion: Literal["acceptable_risk", "unacceptable_risk", "pending"]
    ior_numbers: tuple[str, ...]
    phase: Literal["pre-assessment-survey", "assessment-compliance-testing", "follow-up", "completed"] = "completed"
    transmitted_on: date | None = None
    office: str | None = None


class Ctpat(_Value, frozen=True, kw_only=True):
    """Standing in the Customs-Trade Partnership Against Terrorism."""

    status: Literal["certified", "validated", "applied", "none", "suspended"]
    since: date | None = None
    applied_on: date | None = None
    tier: Literal["I", "II", "III"] | None = None
    account: str | None = None


class Acceptance(_Value, frozen=True, kw_only=True):
    """Acceptance into the program; the clock runs from the signature of the MOU by CBP."""

    mou_signed_by_cbp_on: date
    certificate_date: date | None = None
    letter_date: date | None = None
    track: Track | None = None


class ClosedDay(_Value, frozen=True, kw_only=True):
    """A day on which CBP is closed besides the statutory holidays (e.g. by Executive Order)."""

    date: date
    reason: str
    authority: str


class Confirmation(_Value, frozen=True, kw_only=True):
    """Somebody at CBP gave an address or an instruction; it wins over the directory and is shown."""

    submission: str
    """Id of the submission it is for."""
    by: str
    on: date
    how: Literal["phone", "email", "letter", "meeting", "portal"]
    reason: Literal["instructed-by-cbp", "historical"]
    address: tuple[str, ...]
    salutation: str | None = None
    note: str | None = None


class Override(_Value, frozen=True, kw_only=True):
    """A named finding that a responsible person has accepted, with the reason; shown on the checklist."""

    code: str
    by: str
    on: date
    reason: str
    submission: str | None = None


class Event(_Value, frozen=True, kw_only=True):
    """What became of a submission; ``isa-docs record`` writes it, and the docket counts from it."""

    submission: str
    """Id of the submission."""
    what: Literal["sent", "received", "decided"]
    on: date
    carrier: str | None = None
    tracking: str | None = None
    by: str | None = None
    """Who at CBP received or decided."""
    outcome: Literal["accepted", "not-accepted", "granted", "denied", "acknowledged"] | None = None
    proof: str | None = None
    """File or place of the proof; never opened by the program."""
    note: str | None = None


class OtherClock(_Value, frozen=True, kw_only=True):
    """A period of the customs laws that runs besides those of the submissions."""

    clock: Literal[
        "isa-disclosure",
        "disclosure-data",
        "tender",
        "oral-disclosure",
        "foia-objection",
        "petition-seizure",
        "petition-penalty",
    ]
    runs_from: date
    reference: str | None = None
    to: str | None = None
    """Who is to have it, if it is not the office that gave the notice."""
    extended_to: date | None = None
    """The last day that CBP granted in writing."""
    done_on: date | None = None
    note: str | None = None


class Exhibit(_Value, frozen=True, kw_only=True):
    """A file of the client's behind a tab. ``file`` is relative to the matter file; tabs are lettered in order."""

    id: str
    title: str
    file: str
    kind: Literal[
        "fa-report",
        "ctpat-proof",
        "officer-authority",
        "isa-questionnaire",
        "internal-control-manual",
        "discontinuance-notice",
        "proof-of-receipt",
        "corrective-action",
        "test-results",
        "bond",
        "memorandum",
        "forced-labor-program",
        "other",
    ] = "other"
    description: str | None = None
    alternative_text: str | None = None
    treatment: Literal["auto", "redraw", "keep", "exact"] = "auto"
    """What may be done to the file so that it fits an archive package."""


class Delivery(_Value, frozen=True, kw_only=True):
    """One way the package travels, printed on the VIA line."""

    method: Literal["courier", "email", "hand", "portal", "express-mail", "priority-mail", "first-class-mail"]
    detail: str | None = None


class Confidentiality(_Value, frozen=True, kw_only=True):
    """Designation of confidential commercial information (19 CFR 103.35(b))."""

    justification: str | None = None
    by: str | None = None
    """Who makes the statement (person id); if somebody else signs, the signer makes it on that person's information."""
    covers: tuple[str, ...] = ()
    """What is designated: ``letter``, ``mou``, ``plan`` or exhibit ids; empty for the usual parts."""


class StatedDeadline(_Value, frozen=True, kw_only=True):
    """A due date the file already carries, with how it was counted; compared with the computed one."""

    due: date
    counted_from: Literal[
        "receipt", "notice-date", "mou-signature", "application", "certificate", "last-letter", "report"
    ]
    days: Literal["calendar", "business"] = "calendar"


class _Submission(_Value, frozen=True, kw_only=True):
    """What all submissions share."""

    id: str
    date: date
    signer: str = "officer"
    """Person id of who signs the letter."""
    edition: Edition | None = None
    recipient: str | None = None
    """Directory key the file insists on; checked against the rule."""
    delivery: tuple[Delivery, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    confidentiality: Confidentiality | None = None
    stated_deadline: StatedDeadline | None = None
    copies_to: tuple[str, ...] = ()
    """Person ids, or ``national_account_manager``."""


class Mou(_Value, frozen=True, kw_only=True):
    """What the Memorandum of Understanding needs beyond the importer's own facts."""

    ior_numbers: tuple[str, ...]
    signer: str = "officer"
    form: str | None = None
    """The agency's own MOU form, a PDF or Word file; it takes the place of the template."""


class Application(_Submission, frozen=True, kw_only=True, tag_field="kind", tag="application"):
    """The application: transmittal letter, MOU, self-testing plan, exhibits."""

    route: Track
    mou: Mou
    message: str | None = None
    """Markdown paragraph(s) added to the transmittal letter."""


class Change(_Value, frozen=True, kw_only=True):
    """A business change reported in the annual letter. ``description`` is Markdown."""

    kind: Literal[
        "organization",
        "ownership",
        "personnel",
        "ior-numbers",
        "business-units",
        "brokers",
        "products-or-sources",
        "trade-programs",
        "systems",
        "internal-controls",
        "contact",
        "mailing-address",
        "other",
    ]
    description: str
    effective_on: date | None = None


class Result(_Value, frozen=True, kw_only=True):
    """Self-testing results of one area of the plan for the reporting period. Text fields are Markdown."""

    area: str
    items_tested: int
    errors: int
    universe: int | None = None
    tests_done: int | None = None
    """How many test cycles were done in the period."""
    projected: bool = False
    root_cause: str | None = None
    corrective_action: str | None = None
    disclosure: str | None = None


class Period(_Value, frozen=True, kw_only=True):
    """A reporting period, both days included."""

    start: date
    end: date


class LastYear(_Value, frozen=True, kw_only=True):
    """What the last letter (or the application) told CBP, to see what changed."""

    ior_numbers: tuple[str, ...] = ()
    isa_contact: str | None = None
    letter_date: date | None = None


class AnnualNotification(_Submission, frozen=True, kw_only=True, tag_field="kind", tag="annual-notification"):
    """The annual notification letter."""

    period: Period
    continues_to_meet_requirements: bool
    no_changes: bool = False
    changes: tuple[Change, ...] = ()
    results: tuple[Result, ...] = ()
    results_note: str | None = None
    """Markdown paragraph on the results as a whole."""
    post_entry_corrections: str | None = None
    """Markdown summary of post-summary corrections, reconciliations and disclosures in the period."""
    last_year: LastYear | None = None
    to_confirm: tuple[str, ...] = ()
    """Fields carried from last year that nobody has confirmed yet; a build refuses while any is left."""


class Notice(_Value, frozen=True, kw_only=True):
    """The notice of discontinuance that is appealed."""

    type: Literal["proposed", "immediate"]
    dated: date
    received_on: date
    received_by: str | None = None
    received_how: str | None = None
    reference: str | None = None
    signed_by: str | None = None


class Ground(_Value, frozen=True, kw_only=True):
    """One ground of the notice and its answer (Markdown)."""

    id: str
    category: Literal[
        "mou-terms", "reasonable-care", "laws-and-regulations", "willfulness", "public-health-interest-safety"
    ]
    title: str
    notice_states: str
    response: str
    position: Literal["contested", "facts-admitted", "contested-in-part", "admitted"] = "contested"
    exhibits: tuple[str, ...] = ()


class CorrectiveAction(_Value, frozen=True, kw_only=True):
    """A corrective action taken or promised."""

    action: str
    status: Literal["completed", "in-progress", "planned"]
    on: date | None = None
    """Date completed, or due."""
    owner: str | None = None
    exhibit: str | None = None


class DiscontinuanceAppeal(_Submission, frozen=True, kw_only=True, tag_field="kind", tag="discontinuance-appeal"):
    """The appeal of a proposed or immediate discontinuance."""

    notice: Notice
    grounds: tuple[Ground, ...]
    statement_of_facts: str
    corrective_actions: tuple[CorrectiveAction, ...] = ()
    relief: str | None = None
    """Markdown; the standard request is always printed before it."""
    representation_statement: bool = False
    """Print the 5 U.S.C. 500(b) statement of counsel."""


Submission = Application | AnnualNotification | DiscontinuanceAppeal


class Matter(_Value, frozen=True, kw_only=True):
    """One matter file."""

    matter: str
    importer: Importer
    people: dict[str, Person]
    """By id; ``officer`` and ``isa_contact`` are always there."""
    submissions: tuple[Submission, ...]
    firm: Firm | None = None
    focused_assessment: FocusedAssessment | None = None
    ctpat: Ctpat | None = None
    self_testing_plan: SelfTestingPlan | None = None
    acceptance: Acceptance | None = None
    closed_days: tuple[ClosedDay, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    overrides: tuple[Override, ...] = ()
    events: tuple[Event, ...] = ()
    """What became of the submissions: sent, received, decided."""
    other_clocks: tuple[OtherClock, ...] = ()
    """Disclosures, tenders and petitions whose periods run besides."""
    notes: str | None = None
    """For the file only; never printed on a paper."""


# msgspec looks into a type when it is first used, and crashes when two threads do that at the same time. Here it is
# done once, before any thread can have the type.
msgspec.json.Decoder(Matter)
