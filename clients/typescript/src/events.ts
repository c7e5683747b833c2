// The events that Offbook reads. Rendered from the contract, do not edit:
// python -m contract.publishing.schemas

/** A decimal as a text, such as `"1280.00"`: a number of JavaScript would lose digits. */
export type Decimal = string;
/** A day, such as `"2026-03-31"`. */
export type LocalDate = string;
/** Anything that JSON can say. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

export type ObjectRefType = "customer" | "contact" | "opportunity" | "quote" | "contract" | "order" | "activity";
/** Which CRM object an edit touched. */
export interface ObjectRef {
  /** What kind of record. */
  type: ObjectRefType;
  /** Its id. An id of 1-128 characters without control characters. */
  id: string;
}

export type ImageStage = "open" | "won" | "lost";
export type ImageStatus = "draft" | "submitted" | "approved" | "rejected" | "cancelled" | "completed";
export type ImageKind = "call" | "visit" | "message" | "meeting" | "report";
/** A field image of a CRM object before or after an edit: the well-known keys only. */
export interface Image {
  /**
   * The employee it belongs to; null: nobody's from now on (returned to the pool). Of: `customer`,
   * `opportunity`, `order`. An id of 1-128 characters without control characters.
   */
  owner?: string | null;
  /** Name of the customer. Of: `customer`. Free text, at most 4096 characters. */
  name?: string;
  /** Phone of the customer. Of: `customer`. A phone, at most 4096 characters. */
  phone?: string;
  /** E-mail of the customer. Of: `customer`. An e-mail, at most 4096 characters. */
  email?: string;
  /** Address of the customer. Of: `customer`. An address, at most 4096 characters. */
  address?: string;
  /** Class of the customer. Of: `customer`. Free text, at most 4096 characters. */
  tier?: string;
  /** Where the opportunity stands. Of: `opportunity`. */
  stage?: ImageStage;
  /**
   * Amount. Of: `opportunity`, `quote`, `contract`, `order`. A decimal ≥ 0 of at most 18 digits, as
   * a string such as "1280.00".
   */
  amount?: Decimal;
  /** Why the opportunity was lost. Of: `opportunity`. Free text, at most 4096 characters. */
  loss_reason?: string;
  /**
   * Price before the discount. Of: `quote`, `contract`. A decimal ≥ 0 of at most 18 digits, as a
   * string such as "1280.00".
   */
  list_price?: Decimal;
  /**
   * Discount in per cent; below 0 a surcharge. Of: `quote`, `contract`, `order`. A percentage as a
   * string such as "12.5"; below 0 is a surcharge.
   */
  discount_pct?: Decimal;
  /** Whether standard terms were changed. Of: `quote`, `contract`. */
  terms_changed?: boolean;
  /**
   * The employee who approved it. Of: `quote`, `contract`, `order`. An id of 1-128 characters
   * without control characters.
   */
  approved_by?: string;
  /** Where the order stands. Of: `order`. */
  status?: ImageStatus;
  /** Currency of the amounts. Of: `order`. An ISO 4217 code such as CNY (RMB is none). */
  currency?: string;
  /** What kind of activity. Of: `activity`. */
  kind?: ImageKind;
}

/** What the company has on record and what the customer said, for one field. */
export interface Difference {
  /** What the company has on record. */
  company?: Json;
  /** What the customer said. */
  customer?: Json;
}

export type CrmEditOp = "create" | "update" | "delete" | "restore" | "export" | "view";
/** Somebody created, changed, deleted, restored, exported or viewed a CRM record. */
export interface CrmEdit {
  /** The employee who did it. An id of 1-128 characters without control characters. */
  actor: string;
  /** What was done. */
  op: CrmEditOp;
  /** The record it was done to. */
  object: ObjectRef;
  /** The customer it is about. An id of 1-128 characters without control characters. */
  customer?: string;
  /** The order it is about. An id of 1-128 characters without control characters. */
  order?: string;
  /**
   * How many records this one act touched; a bulk delete is one event. A whole number, 1 or more.
   * Default: `1`.
   */
  count?: number;
  /** Fields before the edit. */
  before?: Image;
  /** Fields after the edit. */
  after?: Image;
}

export type PaymentKind = "received" | "refund";
/** Money came in or went back, as a bank feed or the ledger saw it. */
export interface Payment {
  /** Id of the payment. An id of 1-128 characters without control characters. */
  payment: string;
  /** How much, never below 0. A decimal ≥ 0 of at most 18 digits, as a string such as "1280.00". */
  amount: Decimal;
  /**
   * The account that received the money. An account of 1-128 characters, whole: not masked, not
   * rounded.
   */
  payee_account: string;
  /** Money in, or back to the customer. Default: `received`. */
  kind?: PaymentKind;
  /** The order it pays. An id of 1-128 characters without control characters. */
  order?: string;
  /** The customer who pays. An id of 1-128 characters without control characters. */
  customer?: string;
  /** Currency of the amount. An ISO 4217 code such as CNY (RMB is none). Default: `CNY`. */
  currency?: string;
  /** Name on the receiving account. Free text, at most 4096 characters. */
  payee_name?: string;
  /** The account that paid. An account of 1-128 characters, whole: not masked, not rounded. */
  payer_account?: string;
  /** Name on the paying account. Free text, at most 4096 characters. */
  payer_name?: string;
  /** Such as transfer, cash, WeChat. Free text, at most 4096 characters. */
  method?: string;
  /** The employee who booked it. An id of 1-128 characters without control characters. */
  recorded_by?: string;
}

export type ShipmentStatus = "dispatched" | "delivered" | "returned";
/** Goods left, arrived or came back. */
export interface Shipment {
  /** Id of the shipment. An id of 1-128 characters without control characters. */
  shipment: string;
  /** What happened to the goods. */
  status: ShipmentStatus;
  /** The order it delivers. An id of 1-128 characters without control characters. */
  order?: string;
  /** The customer it is about. An id of 1-128 characters without control characters. */
  customer?: string;
  /** Where it goes. An address, at most 4096 characters. */
  address?: string;
  /** Who receives it. Free text, at most 4096 characters. */
  consignee?: string;
  /** Phone of the consignee. A phone, at most 4096 characters. */
  phone?: string;
  /** How many units. A decimal ≥ 0 of at most 18 digits, as a string such as "1280.00". */
  quantity?: Decimal;
  /**
   * What the goods are worth. A decimal ≥ 0 of at most 18 digits, as a string such as "1280.00".
   */
  value?: Decimal;
  /** The employee who released it. An id of 1-128 characters without control characters. */
  released_by?: string;
}

export type ChatHitCategory = "private_deal" | "off_channel_payment" | "kickback" | "competitor" | "customer_data" | "leaving" | "other";
/** A keyword rule of the chat archive matched a message of an employee. */
export interface ChatHit {
  /** The employee it is about. An id of 1-128 characters without control characters. */
  employee: string;
  /** Where it was said, such as wecom. Free text, at most 4096 characters. */
  app: string;
  /** The rule that matched. Free text, at most 4096 characters. */
  keyword: string;
  /** What the rule is about. */
  category: ChatHitCategory;
  /** The customer it is about. An id of 1-128 characters without control characters. */
  customer?: string;
  /** The other side of the chat. Free text, at most 4096 characters. */
  counterparty?: string;
  /** The words around the hit. Text of at most 500 characters. */
  excerpt?: string;
}

export type HrChangeKind = "hired" | "resigned" | "resignation_withdrawn" | "left" | "terminated" | "transferred";
/** An employee was hired, gave notice, left, was dismissed or moved. */
export interface HrChange {
  /** The employee it is about. An id of 1-128 characters without control characters. */
  employee: string;
  /** What changed; `resigned` is notice given. */
  kind: HrChangeKind;
  /** The day it takes effect. */
  effective_on?: LocalDate;
}

export type EndpointFileAction = "delete" | "copy_external" | "upload" | "print" | "send";
/** Files on an employee's computer were deleted, copied out, uploaded, printed or sent. */
export interface EndpointFile {
  /** The employee it is about. An id of 1-128 characters without control characters. */
  employee: string;
  /** What was done. */
  action: EndpointFileAction;
  /** How many files. A whole number, 1 or more. Default: `1`. */
  count?: number;
  /** How many bytes together. A whole number of bytes, 0 or more. */
  bytes?: number;
  /** Where they were. Free text, at most 4096 characters. */
  path?: string;
  /** Whether a backup has them. */
  backed_up?: boolean;
}

export type ServiceCallbackOutcome = "confirmed" | "mismatch" | "denied" | "unreachable" | "complaint";
/** Customer service called a customer back to check a deal. */
export interface ServiceCallback {
  /** Id of the callback. An id of 1-128 characters without control characters. */
  callback: string;
  /** The customer called. An id of 1-128 characters without control characters. */
  customer: string;
  /** What the customer said. */
  outcome: ServiceCallbackOutcome;
  /** The order it is about. An id of 1-128 characters without control characters. */
  order?: string;
  /** The salesperson it is about. An id of 1-128 characters without control characters. */
  employee?: string;
  /** By field, what the company has on record and what the customer said. */
  differences?: { [field: string]: Difference };
  /** How content the customer is. A whole number from 1 (bad) to 5 (good). */
  satisfaction?: number;
}

/**
 * Somebody told something. Who told it must not be part of it: a document with a key that begins
 * with `reporter` or `whistleblower`, at any depth, is refused and stored nowhere.
 */
export interface Tip {
  /** Id of the tip. An id of 1-128 characters without control characters. */
  tip: string;
  /** The employee it is about. An id of 1-128 characters without control characters. */
  about_employee?: string;
  /** The customer it is about. An id of 1-128 characters without control characters. */
  about_customer?: string;
  /** What it is about. Free text, at most 4096 characters. */
  category?: string;
  /** What was told, without who told it. Text of at most 65 536 characters. */
  text?: string;
}

/** An account the company owns. */
export interface ReferenceAccount {
  /** Account number. An account of 1-128 characters, whole: not masked, not rounded. */
  account: string;
  /** Name on the account. Free text, at most 4096 characters. */
  name?: string;
  /** The bank. Free text, at most 4096 characters. */
  bank?: string;
  /** First day of use; before 1990 means always. */
  valid_from?: LocalDate;
  /** Last day of use; after 2100 means no end. */
  valid_to?: LocalDate;
}

export type ReferenceEmployeeRole = "sales" | "manager" | "finance" | "logistics" | "service" | "other";
/** An employee, with what is known to be theirs. */
export interface ReferenceEmployee {
  /** Id of the employee. An id of 1-128 characters without control characters. */
  employee: string;
  /** Name. Free text, at most 4096 characters. */
  name?: string;
  /** Team. Free text, at most 4096 characters. */
  team?: string;
  /** The employee they report to. An id of 1-128 characters without control characters. */
  manager?: string;
  /** What they do. */
  role?: ReferenceEmployeeRole;
  /** The employee's own phones. A phone, at most 4096 characters. */
  phones?: string[];
  /**
   * The employee's own bank accounts. An account of 1-128 characters, whole: not masked, not
   * rounded.
   */
  accounts?: string[];
  /** The employee's own addresses. An address, at most 4096 characters. */
  addresses?: string[];
}

export type ReferenceCustomerTier = "key" | "normal";
/** A customer and who owns it. */
export interface ReferenceCustomer {
  /** Id of the customer. An id of 1-128 characters without control characters. */
  customer: string;
  /**
   * The employee the customer belongs to; null: nobody. An id of 1-128 characters without control
   * characters.
   */
  owner?: string | null;
  /** `key` for a key account. */
  tier?: ReferenceCustomerTier;
  /** Phone. A phone, at most 4096 characters. */
  phone?: string;
  /** Address. An address, at most 4096 characters. */
  address?: string;
}

/**
 * Everything that happened up to `time` has been sent, on the partition this stands on. A topic
 * that has ever had a heartbeat is complete only up to its newest one.
 */
export interface Heartbeat {
  /** The partition it stands on, for whoever sends to one by number. A whole number, 0 or more. */
  partition?: number;
}

/** What is around every event: CloudEvents 1.0. */
export interface Envelope<Type extends string, Data> {
  /** Always `1.0`. */
  specversion: "1.0";
  /** With type and `source` it identifies the event: a repeat changes nothing. 1-1024 bytes. */
  id: string;
  /** Which system sends it, such as `//crm.example.com`. 1-1024 bytes. */
  source: string;
  /** Decides which `data` is expected. */
  type: Type;
  /** When it happened (not when it was sent), RFC 3339 with an offset. */
  time: string;
  /** `application/json`, or left out. */
  datacontenttype?: "application/json";
  /** The fields below; fields not listed are allowed and ignored. */
  data: Data;
}

export type CrmEditEvent = Envelope<"offbook.crm.edit.v1", CrmEdit>;
export type PaymentEvent = Envelope<"offbook.payment.v1", Payment>;
export type ShipmentEvent = Envelope<"offbook.shipment.v1", Shipment>;
export type ChatHitEvent = Envelope<"offbook.chat.keyword-hit.v1", ChatHit>;
export type HrChangeEvent = Envelope<"offbook.hr.change.v1", HrChange>;
export type EndpointFileEvent = Envelope<"offbook.endpoint.file.v1", EndpointFile>;
export type ServiceCallbackEvent = Envelope<"offbook.service.callback.v1", ServiceCallback>;
export type TipEvent = Envelope<"offbook.tip.v1", Tip>;
export type ReferenceAccountEvent = Envelope<"offbook.reference.account.v1", ReferenceAccount>;
export type ReferenceEmployeeEvent = Envelope<"offbook.reference.employee.v1", ReferenceEmployee>;
export type ReferenceCustomerEvent = Envelope<"offbook.reference.customer.v1", ReferenceCustomer>;
export type HeartbeatEvent = Envelope<"offbook.heartbeat.v1", Heartbeat>;

/** Any event, told apart by its `type`. */
export type OffbookEvent =
  | CrmEditEvent
  | PaymentEvent
  | ShipmentEvent
  | ChatHitEvent
  | HrChangeEvent
  | EndpointFileEvent
  | ServiceCallbackEvent
  | TipEvent
  | ReferenceAccountEvent
  | ReferenceEmployeeEvent
  | ReferenceCustomerEvent
  | HeartbeatEvent;

/** The topic of each type; a heartbeat may stand on any. */
export const TOPICS = {
  "offbook.crm.edit.v1": "crm.edits",
  "offbook.payment.v1": "payments",
  "offbook.shipment.v1": "shipments",
  "offbook.chat.keyword-hit.v1": "chat.keyword-hits",
  "offbook.hr.change.v1": "hr.changes",
  "offbook.endpoint.file.v1": "endpoint.files",
  "offbook.service.callback.v1": "service.callbacks",
  "offbook.tip.v1": "tips",
  "offbook.reference.account.v1": "reference.accounts",
  "offbook.reference.employee.v1": "reference.employees",
  "offbook.reference.customer.v1": "reference.customers",
} as const;

/** The topic that an event belongs on, without your prefix. */
export function topicOf(event: Exclude<OffbookEvent, HeartbeatEvent>): string {
  return TOPICS[event.type];
}

const KEYS: { [type: string]: string[] } = {
  "offbook.crm.edit.v1": ["actor", "customer", "order"],
  "offbook.payment.v1": ["customer", "order", "payment"],
  "offbook.shipment.v1": ["customer", "order", "shipment"],
  "offbook.chat.keyword-hit.v1": ["employee", "customer"],
  "offbook.hr.change.v1": ["employee"],
  "offbook.endpoint.file.v1": ["employee"],
  "offbook.service.callback.v1": ["employee", "customer", "order"],
  "offbook.tip.v1": ["about_employee", "about_customer", "tip"],
  "offbook.reference.account.v1": ["account"],
  "offbook.reference.employee.v1": ["employee"],
  "offbook.reference.customer.v1": ["customer"],
};

/** The key of its record: whose events keep their order; of reference data its id. */
export function keyOf(event: Exclude<OffbookEvent, HeartbeatEvent>): string {
  const data = event.data as unknown as { [name: string]: Json | undefined };
  for (const name of KEYS[event.type] ?? []) {
    const id = data[name];
    if (typeof id === "string") return id;
  }
  throw new Error(`an event of ${event.type} names nobody`);
}
