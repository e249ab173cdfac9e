// Generated from the migrations by `node database/generate.ts`. Not for editing.

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Json = JsonValue;

export type JsonArray = JsonValue[];

export type JsonObject = {
  [x: string]: JsonValue | undefined;
};

export type JsonPrimitive = boolean | number | string | null;

export type JsonValue = JsonArray | JsonObject | JsonPrimitive;

export type Numeric = ColumnType<string, number | string, number | string>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface ApiKey {
  allowed_networks: string[] | null;
  created_at: Timestamp;
  domain_uids: string[] | null;
  expires_at: Timestamp | null;
  last_used_at: Timestamp | null;
  last_used_from: string | null;
  name: string;
  operator: Generated<boolean>;
  replaced_by: string | null;
  revoked_at: Timestamp | null;
  scopes: Generated<string[]>;
  team_uid: string;
  token_sha256: Buffer;
  uid: string;
  workspace_uids: string[] | null;
}

export interface AuditCheckpoint {
  made_at: Timestamp;
  position: number;
  sha256: Buffer;
  team_uid: string;
}

export interface AuditEntry {
  actor_type: string;
  actor_uid: string | null;
  address: string | null;
  change_count: number;
  changes: Json;
  code: string | null;
  input: Json;
  occurred_at: Timestamp;
  operation: string;
  outcome: string;
  request_id: string | null;
  seq: Generated<number>;
  session_uid: string | null;
  status: number;
  targets: string[];
  team_uid: string;
  uid: string;
  user_agent: string | null;
  workspace_uid: string | null;
}

export interface AuditLink {
  placed_at: Timestamp;
  position: number;
  previous_sha256: Buffer;
  seq: number;
  sha256: Buffer;
  team_uid: string;
}

export interface AuditUnplaced {
  seq: number;
}

export interface BankCard {
  answer: string;
  created_at: Timestamp;
  customer_id: string;
  id: string;
  label: string;
}

export interface BankCustomer {
  created_at: Timestamp;
  id: string;
  name: string;
  reference: string;
}

export interface BankNotice {
  attempts: Generated<number>;
  created_at: Timestamp;
  due_at: Timestamp;
  id: string;
  payment_id: string;
  received_at: Timestamp | null;
  type: string;
}

export interface BankPayment {
  amount_cents: number;
  created_at: Timestamp;
  customer_id: string;
  disputed_cents: Generated<number>;
  expires_at: Timestamp | null;
  failure_message: string | null;
  failure_reason: string | null;
  finished_at: Timestamp | null;
  id: string;
  keep_method: boolean;
  lines: Json;
  reference: string;
  refunded_cents: Generated<number>;
  return_url: string | null;
  session_id: string | null;
  status: string;
}

export interface BankPortal {
  customer_id: string;
  expires_at: Timestamp;
  id: string;
  return_url: string | null;
}

export interface BankSigningKey {
  sealed: string;
  singleton: Generated<boolean>;
}

export interface Charge {
  amount_micros: number;
  created_at: Timestamp;
  description: string;
  key_uid: string | null;
  paid_with: string;
  price_version: number;
  purpose: string;
  seat_freed_at: Timestamp | null;
  status: string;
  subject_type: string;
  subject_uid: string;
  team_uid: string;
  uid: string;
  updated_at: Timestamp;
  workspace_uid: string | null;
}

export interface ClientIdRequest {
  client_id: string;
  completed_at: Timestamp | null;
  created_at: Timestamp;
  domain_name: string;
  mailbox_uid: string;
  status: string;
  status_reason: string | null;
  status_text: string;
  team_uid: string;
  uid: string;
  workspace_uid: string;
}

export interface ConsentEvidence {
  attempt: number;
  request_uid: string;
  screenshot: Buffer | null;
  seen_at: Timestamp;
  step: string;
  title: string;
  uid: string;
  url: string;
}

export interface ConsentRequest {
  attempts: Generated<number>;
  client_id: string;
  client_id_request_uid: string | null;
  completed_at: Timestamp | null;
  consent_url: string;
  created_at: Timestamp;
  due_at: Timestamp | null;
  leased_by: string | null;
  leased_until: Timestamp | null;
  mailbox_email: string;
  mailbox_uid: string;
  reason_code: string | null;
  request_data: Generated<Json>;
  status: string;
  status_reason: string | null;
  status_text: string;
  team_uid: string;
  uid: string;
  updated_at: Timestamp;
  vendor: string;
  workspace_uid: string;
}

export interface DkimKeyStock {
  created_at: Timestamp;
  id: string;
  private_key_sealed: string;
}

export interface DnsRecord {
  created_at: Timestamp;
  domain_uid: string;
  edited_at: Timestamp | null;
  host: string;
  priority: number | null;
  purpose: Generated<string>;
  ttl_s: Generated<number>;
  type: string;
  uid: string;
  updated_at: Timestamp;
  value: string;
  version: Generated<number>;
}

export interface DnsVersion {
  actor_id: string;
  actor_type: string;
  cause: string;
  changes: Json;
  created_at: Timestamp;
  domain_uid: string;
  reason: string;
  records: Json;
  version: number;
}

export interface DnsZone {
  created_at: Timestamp;
  dkim_rotation: Json | null;
  domain_uid: string;
  managed: Generated<Json>;
  name: string;
  owners_records: Json | null;
  publish_error: string | null;
  published_at: Timestamp | null;
  published_version: Generated<number>;
  updated_at: Timestamp;
  version: Generated<number>;
  workspace_uid: string;
}

export interface Domain {
  actual_nameservers: Generated<string[]>;
  catch_all_email: string | null;
  connection_mode: Generated<string>;
  connection_type: string;
  contact: Json | null;
  created_at: Timestamp;
  credential_uid: string | null;
  delegated_at: Timestamp | null;
  dmarc_email: string | null;
  dmarc_policy: Generated<string>;
  dns_propagation_status: Generated<string>;
  email_forwarding: string | null;
  expired_since: Timestamp | null;
  forwarding_keep_path: Generated<boolean>;
  forwarding_permanent: Generated<boolean>;
  forwarding_url: string | null;
  last_nameserver_check: Timestamp | null;
  /**
   * Whose mailboxes the domain was last set up for; null before. Mailboxes wait until it is a platform of their host.
   */
  mail_platform: string | null;
  name: string;
  nameserver_match_status: Generated<string>;
  nameservers: Generated<string[]>;
  next_try_at: Timestamp | null;
  price_micros: Generated<number>;
  registration_id: string | null;
  registration_stage: Generated<string>;
  registration_stage_since: Timestamp;
  registration_years: Generated<number>;
  reminded_at: Timestamp | null;
  renewal_date: Timestamp | null;
  renewal_due_at: Timestamp | null;
  renewal_status: Generated<string>;
  runs: Generated<number>;
  set_up_run: Generated<number>;
  status: string;
  status_reason: string | null;
  status_since: Timestamp;
  team_uid: string;
  tld: string;
  uid: string;
  unpaid_since: Timestamp | null;
  updated_at: Timestamp;
  workspace_uid: string;
  zone_id: string | null;
}

export interface DomainCheckout {
  domain_uid: string;
  key_uid: string | null;
  payment_uid: string;
  price_version: number;
}

export interface DomainCount {
  difference: number;
  nameserver_match_status: string;
  status: string;
  workspace_uid: string;
}

export interface DomainRenewal {
  domain_uid: string;
  expires_after: Timestamp | null;
  expires_before: Timestamp;
  failure_reason: string | null;
  finished_at: Timestamp | null;
  price_micros: number;
  requested_at: Timestamp;
  status: string;
  team_uid: string;
  uid: string;
  workspace_uid: string;
  years: number;
}

export interface DomainTag {
  domain_uid: string;
  tag_uid: string;
}

export interface Event {
  data: Json;
  occurred_at: Timestamp;
  seq: Generated<number>;
  subject_type: string;
  subject_uid: string;
  team_uid: string;
  type: string;
  uid: string;
  workspace_uid: string | null;
}

export interface EventPosition {
  position: Generated<number>;
  seq: number;
  team_uid: string;
}

export interface EventUnplaced {
  seq: number;
}

export interface FundsWait {
  amount_micros: number;
  kind: string;
  subject_uid: string;
  team_uid: string;
  uid: string;
  urgent: boolean;
  waiting_since: Timestamp;
  workspace_uid: string | null;
}

export interface IdempotencyKey {
  answer_sealed: string | null;
  claim_id: string;
  held_until: Timestamp;
  key: string;
  operation: string;
  request_hash: Buffer;
  scope: string;
  status: number | null;
  team_id: string;
}

export interface IdentityArtifact {
  client_id: string | null;
  consumed_at: Timestamp | null;
  expires_at: Timestamp;
  grant_id: string | null;
  id_hash: Buffer;
  mailbox_id: string | null;
  model: string;
  payload_sealed: string;
  scopes: Generated<string[]>;
  uid: string | null;
}

export interface IdentitySecret {
  created_at: Generated<Timestamp>;
  name: string;
  value_sealed: string;
}

export interface IdentitySignInGuard {
  failures: number;
  key: string;
  last_failure_at: Timestamp;
  locked_until: Timestamp | null;
}

export interface IdentityTotpUse {
  last_step: number;
  mailbox_id: string;
}

export interface InstallationSecret {
  name: string;
  sealed: string;
}

export interface Invoice {
  buyer: string;
  issued_at: Timestamp;
  lines: Json;
  number: string;
  period_end: Timestamp;
  period_start: Timestamp;
  seller: string;
  tax_micros: number;
  tax_note: string | null;
  taxes: Generated<Json>;
  team_uid: string;
  total_micros: number;
  uid: string;
}

export interface InvoiceBuyer {
  address_lines: string[];
  email: string | null;
  name: string;
  tax_number: string | null;
  team_uid: string;
  updated_at: Timestamp;
}

export interface InvoiceMonth {
  closed_at: Timestamp;
  period_start: Timestamp;
}

export interface InvoiceNumber {
  last: number;
  year: number;
}

export interface LedgerAccount {
  kind: string;
  team_uid: string;
  uid: string;
}

export interface LedgerBalanceCheckpoint {
  account_uid: string;
  balance_micros: number;
  created_at: Timestamp;
  entries: number;
  through_entry_id: number;
}

export interface LedgerEntry {
  account_uid: string;
  amount_micros: number;
  id: Generated<number>;
  transaction_uid: string;
}

export interface LedgerProof {
  balanced: boolean;
  proved_at: Timestamp;
  team_uid: string;
  transactions: number;
}

export interface LedgerTransaction {
  created_at: Timestamp;
  description: string;
  idempotency_key: string;
  kind: string;
  reference_type: string;
  reference_uid: string;
  seq: Generated<number>;
  team_uid: string;
  uid: string;
  workspace_uid: string | null;
}

export interface MailBounce {
  address: string;
  bounced_at: Timestamp;
  id: string;
  kind: string;
  mailbox_id: string;
  origin: string;
  reason: string;
  recipient_id: string;
  reported_by: string | null;
  status: string;
  told_at: Timestamp | null;
  workspace_id: string;
}

export interface Mailbox {
  address: Generated<string>;
  app_password_sealed: string;
  cancellation_status: Generated<string>;
  created_at: Timestamp;
  domain_name: string;
  domain_uid: string;
  due_at: Timestamp | null;
  erasing_since: Timestamp | null;
  first_name: string;
  forwarding_email: string | null;
  forwarding_keep_copy: Generated<boolean>;
  is_admin: Generated<boolean>;
  last_name: string;
  next_try_at: Timestamp | null;
  password_sealed: string;
  platform: string;
  prepaid_until: Timestamp | null;
  profile_picture: string | null;
  reactivation_status: Generated<string>;
  reminded_at: Timestamp | null;
  renewal_cycle: Generated<string>;
  renewal_date: Timestamp | null;
  renewal_status: Generated<string>;
  runs: Generated<number>;
  search: Generated<string | null>;
  seat_until: Timestamp | null;
  sequencer_status: Generated<string>;
  sequencer_uids: Generated<string[]>;
  signature: string | null;
  status: string;
  status_reason: string | null;
  status_since: Timestamp;
  suspended_for: string | null;
  team_uid: string;
  term_anchor: Timestamp | null;
  term_months: Generated<number>;
  totp_secret_sealed: string;
  uid: string;
  unpaid_since: Timestamp | null;
  update_status: Generated<string>;
  updated_at: Timestamp;
  username: string;
  workspace_uid: string;
}

export interface MailboxAlias {
  address: string;
  created_at: Timestamp;
  ends_at: Timestamp;
  mailbox_uid: string;
}

export interface MailboxChange {
  after: Json;
  before: Json;
  finished_at: Timestamp | null;
  kind: string;
  mailbox_uid: string;
  reason: string | null;
  requested_at: Timestamp;
  status: string;
  uid: string;
  workspace_uid: string;
}

export interface MailboxCount {
  difference: number;
  platform: string;
  status: string;
  workspace_uid: string;
}

export interface MailboxDrift {
  address: string;
  expected: string | null;
  found: string | null;
  found_at: Timestamp;
  host_id: string;
  kind: string;
  mailbox_uid: string | null;
  repaired: Generated<boolean>;
  resolved_at: Timestamp | null;
  seen_at: Timestamp;
  uid: string;
  vendor: string;
  workspace_uid: string | null;
}

export interface MailboxPicture {
  bytes: Buffer;
  content_type: string;
  height: number;
  mailbox_uid: string;
  updated_at: Timestamp;
  width: number;
}

export interface MailboxReconciliation {
  started_at: Timestamp;
  vendor: string;
}

export interface MailboxTag {
  mailbox_uid: string;
  tag_uid: string;
}

export interface MailboxTerm {
  created_at: Timestamp;
  ends_at: Timestamp;
  mailbox_uid: string;
  months: number;
  starts_at: Timestamp;
  uid: string;
}

export interface MailContent {
  body: string;
  bodystructure: string;
  envelope: string;
  header_bytes: number;
  parts: Json;
  raw: Buffer;
  search_headers: Json;
  sent_date: string | null;
  sha256: Buffer;
  size_bytes: number;
  stored_at: Generated<Timestamp>;
}

export interface MailExpunged {
  expunged_at: Generated<Timestamp>;
  folder_id: string;
  modseq: number;
  uid: number;
}

export interface MailFolder {
  created_at: Generated<Timestamp>;
  first_recent_uid: Generated<number>;
  id: string;
  keywords: Generated<string[]>;
  mailbox_id: string;
  message_count: Generated<number>;
  modseq: Generated<number>;
  name: string;
  size_bytes: Generated<number>;
  special_use: string | null;
  uidnext: Generated<number>;
  uidvalidity: number;
  unseen_count: Generated<number>;
}

export interface MailMailbox {
  id: string;
  last_uidvalidity: number;
  message_count: Generated<number>;
  size_bytes: Generated<number>;
}

export interface MailMessage {
  flags: Generated<string[]>;
  folder_id: string;
  internal_date: Timestamp;
  internal_date_offset_min: Generated<number>;
  modseq: number;
  sha256: Buffer;
  size_bytes: number;
  uid: number;
}

export interface MailQueueAttempt {
  attempt: number;
  finished_at: Timestamp;
  recipient_id: string;
  remote_host: string | null;
  response: string | null;
  result: string;
  started_at: Timestamp;
}

export interface MailQueueMessage {
  accepted_at: Timestamp;
  dsn_envid: string | null;
  dsn_ret: string | null;
  forwarded_for: string | null;
  id: string;
  mailbox_id: string | null;
  message_id: string | null;
  /**
   * Complete but for the signature; every line ends in CRLF. Null once all recipients have it
   */
  raw: Buffer | null;
  sender: string;
  signing_domain: string | null;
  size_bytes: Generated<number>;
  smtp_utf8: Generated<boolean>;
  subject: string | null;
  workspace_id: string | null;
}

export interface MailQueueRecipient {
  address: string;
  attempts: Generated<number>;
  changed_at: Timestamp;
  delay_reported: Generated<boolean>;
  domain: string;
  dsn_notify: string[] | null;
  dsn_orcpt: string | null;
  due_at: Timestamp | null;
  hold_requested: Generated<boolean>;
  id: string;
  lease_owner: string | null;
  message_id: string;
  reason: string | null;
  state: Generated<string>;
  workspace_id: string | null;
}

export interface MailReleasedContent {
  released_at: Generated<Timestamp>;
  sha256: Buffer;
}

export interface MailRemovedMailbox {
  id: string;
  removed_at: Generated<Timestamp>;
}

export interface MailSearchSignature {
  bits: Buffer;
  sha256: Buffer;
}

export interface MailSendWindow {
  length: string;
  messages: number;
  recipients: number;
  starts_at: Timestamp;
  subject: string;
}

export interface MailSrsSecret {
  id: Generated<number>;
  made_at: Generated<Timestamp>;
  secret_sealed: string;
}

export interface MailSubscription {
  mailbox_id: string;
  name: string;
}

export interface MailSuppression {
  address: string;
  created_at: Timestamp;
  id: string;
  reason: string | null;
  source: string;
  workspace_id: string;
}

export interface OauthClient {
  approved_at: Timestamp | null;
  client_id: string;
  created_at: Timestamp;
  created_by: string | null;
  hosts: string[];
  kind: string;
  name: string;
  redirect_uris: Generated<string[]>;
  scopes: string[];
  second_approver: string | null;
  team_uid: string;
  uid: string;
  workspace_uid: string;
}

export interface OrderDomain {
  consent_url: string | null;
  domain_uid: string;
  name: string;
  order_uid: string;
  position: number;
  run: Generated<number>;
  uid: string;
}

export interface OrderMailbox {
  consent_refused: string | null;
  consent_request_uid: string | null;
  mailbox_uid: string;
  order_domain_uid: string;
  position: number;
}

export interface Passkey {
  backed_up: boolean;
  created_at: Timestamp;
  credential_id: string;
  last_used_at: Timestamp | null;
  name: string;
  person_uid: string;
  public_key: Buffer;
  sign_count: number;
  transports: string[];
  uid: string;
}

export interface PasskeyChallenge {
  challenge: string;
  expires_at: Timestamp;
  person_uid: string | null;
  uid: string;
}

export interface Payment {
  amount_cents: number;
  ask_at: Timestamp | null;
  created_at: Timestamp;
  credited_micros: Generated<number>;
  customer_id: string;
  disputed_cents: Generated<number>;
  expires_at: Timestamp | null;
  kind: string;
  lines: Json;
  message: string | null;
  paid_at: Timestamp | null;
  purchase_kind: string | null;
  reason: string | null;
  refunded_cents: Generated<number>;
  reversals: Generated<number>;
  reversed_micros: Generated<number>;
  session_id: string | null;
  status: string;
  team_uid: string;
  uid: string;
  updated_at: Timestamp;
  url: string | null;
  vendor: string;
  vendor_payment_id: string | null;
  workspace_uid: string | null;
}

export interface PaymentCustomer {
  customer_id: string;
  team_uid: string;
  vendor: string;
}

export interface Person {
  created_at: Timestamp;
  email: string;
  name: string;
  operator: Generated<boolean>;
  password_changed_at: Timestamp;
  password_hash: string;
  uid: string;
}

export interface PersonDevice {
  created_at: Timestamp;
  last_seen_at: Timestamp;
  person_uid: string;
  token_sha256: Buffer;
  uid: string;
}

export interface PersonLink {
  created_at: Timestamp;
  email: string | null;
  ended_at: Timestamp | null;
  expires_at: Timestamp;
  kind: string;
  person_uid: string | null;
  removes_factors: Generated<boolean>;
  role: string | null;
  team_uid: string;
  token_sha256: Buffer;
  uid: string;
  workspace_uids: Generated<string[]>;
}

export interface PersonMail {
  attempts: Generated<number>;
  due_at: Timestamp;
  give_up_at: Timestamp;
  message_sealed: string;
  uid: string;
}

export interface PrewarmOrder {
  created_at: Timestamp;
  keep_warming: boolean;
  key_uid: string | null;
  payment_uid: string | null;
  price_version: number;
  sequencer_uid: string | null;
  team_uid: string;
  uid: string;
  workspace_uid: string;
}

export interface PrewarmSale {
  domain_price_micros: number;
  order_uid: string;
  position: number;
  reason: string | null;
  status: string;
  stock_uid: string;
  uid: string;
  updated_at: Timestamp;
}

export interface PrewarmSaleMailbox {
  first_name: string;
  last_name: string;
  mailbox_uid: string;
  position: number;
  price_micros: number;
  profile_picture: string | null;
  sale_uid: string;
  username: string;
}

export interface PrewarmStock {
  created_at: Timestamp;
  domain_name: string;
  domain_price_micros: number | null;
  domain_uid: string;
  mailbox_price_micros: number | null;
  platform: string;
  score: number;
  status: string;
  status_reason: string | null;
  team_uid: string;
  uid: string;
  updated_at: Timestamp;
  warmed_since: Timestamp;
}

export interface PrewarmStockMailbox {
  first_name: string;
  last_name: string;
  mailbox_uid: string;
  position: number;
  stock_uid: string;
  username: string;
}

export interface PriceBook {
  created_at: Timestamp;
  made_by: string | null;
  note: string;
  prices: Json;
  version: number;
}

export interface ProviderChoice {
  credential_uid: string | null;
  domain: string | null;
  platform: string | null;
  role: string;
  tenant: string | null;
  vendor: string;
  workspace_id: string | null;
}

export interface ProviderCredential {
  accounts: Generated<Json>;
  checked_at: Timestamp;
  created_at: Timestamp;
  fingerprint: string;
  hint: string;
  kind: string;
  label: string | null;
  sealed: string;
  status: string;
  status_code: string | null;
  status_reason: string | null;
  status_since: Timestamp;
  team_uid: string;
  uid: string;
  updated_at: Timestamp;
  vendor: string;
  workspace_uid: string;
}

export interface PublishedDkimKey {
  activated_at: Generated<Timestamp | null>;
  active: Generated<boolean>;
  algorithm: string;
  domain: string;
  private_key_sealed: string;
  selector: string;
}

export interface PublishedMailbox {
  address: string;
  app_password_hash: string | null;
  daily_send_limit: Generated<number>;
  display_name: Generated<string>;
  domain: string;
  forward_keeps_copy: Generated<boolean>;
  forward_to: string | null;
  id: string;
  login_version: Generated<number>;
  password_hash: string;
  quota_bytes: Generated<number>;
  status: Generated<string>;
  updated_at: Generated<Timestamp>;
  workspace_id: string;
}

export interface PublishedMailboxAlias {
  address: string;
  mailbox_id: string;
}

export interface PublishedMailboxTotp {
  mailbox_id: string | null;
  totp_secret_sealed: string | null;
}

export interface PublishedMailDomain {
  last_selector_number: Generated<number>;
  name: string;
  updated_at: Generated<Timestamp>;
  workspace_id: string;
}

export interface PublishedMailForward {
  domain: string;
  kind: string;
  target_address: string;
  updated_at: Generated<Timestamp>;
}

export interface PublishedMailToken {
  expires_at: Timestamp | null;
  mailbox_id: string | null;
  token_hash: Buffer | null;
}

export interface PublishedOauthClient {
  client_id: string;
  name: string;
  redirect_uris: string[];
  scopes: string[];
  secret_hash: string | null;
  updated_at: Generated<Timestamp>;
  workspace_id: string;
}

export interface PublishedRecord {
  data: string;
  id: string;
  name: string;
  ttl_s: number;
  type: string;
  zone: string;
}

export interface PublishedWarmupSecret {
  secret_sealed: string;
  singleton: Generated<boolean>;
}

export interface PublishedWebForward {
  host: string;
  keep_path: Generated<boolean>;
  permanent: Generated<boolean>;
  target_url: string;
  updated_at: Generated<Timestamp>;
}

export interface PublishedWebHost {
  host: string | null;
}

export interface PublishedZone {
  expire_s: Generated<number>;
  hostmaster: string;
  name: string;
  negative_ttl_s: Generated<number>;
  primary_ns: string;
  refresh_s: Generated<number>;
  retry_s: Generated<number>;
  serial: number;
  updated_at: Generated<Timestamp>;
}

export interface PurchaseOrder {
  created_at: Timestamp;
  finished_at: Timestamp | null;
  key_uid: string | null;
  runs: Generated<number>;
  status: string;
  team_uid: string;
  total_micros: number;
  uid: string;
  updated_at: Timestamp;
  workspace_uid: string;
}

export interface Quote {
  accepted_at: Timestamp | null;
  body: Json;
  bought: Json | null;
  created_at: Timestamp;
  end_reason: string | null;
  ended_at: Timestamp | null;
  expires_at: Timestamp;
  key_uid: string | null;
  kind: string;
  lines: Json;
  price_version: number;
  tax_micros: number;
  team_uid: string;
  total_micros: number;
  uid: string;
  waiting_since: Timestamp | null;
  workspace_uid: string;
}

export interface RateLimitWindow {
  calls: number;
  class: string;
  key_id: string;
  started_at: Timestamp;
}

export interface RecoveryCode {
  code_sha256: Buffer;
  person_uid: string;
  used_at: Timestamp | null;
}

export interface RegistryAttempt {
  attempts: number;
  idempotency_key: string;
}

export interface RegistryBannedName {
  pattern: string;
  reason: string;
}

export interface RegistryName {
  contact: Json | null;
  expires_at: Timestamp;
  failure_reason: string | null;
  id: string;
  idempotency_key: string;
  name: string;
  nameservers: string[];
  registered_at: Timestamp;
  requested_at: Timestamp;
  years: number;
}

export interface RegistryRenewal {
  expires_after: Timestamp;
  expires_before: Timestamp;
  idempotency_key: string;
  name_id: string;
  renewed_at: Timestamp;
  years: number;
}

export interface RegistryReservedName {
  label: string;
}

export interface SchemaMigration {
  applied_at: Generated<Timestamp>;
  name: string;
  sha256: string;
}

export interface Sequencer {
  account: string | null;
  account_key: string;
  auto_reconnect: boolean;
  checked_at: Timestamp;
  created_at: Timestamp;
  credential_sealed: string;
  daily_limit: number | null;
  hint: string;
  layout: string | null;
  name: string;
  platform: string;
  reconcile_at: Timestamp;
  status: string;
  status_reason: string | null;
  status_since: Timestamp;
  tags: Generated<string[]>;
  team_uid: string;
  uid: string;
  updated_at: Timestamp;
  warmup_enabled: boolean;
  warmup_increment: number | null;
  warmup_limit: number | null;
  warmup_reply_percent: number | null;
  workspace_uid: string;
}

export interface SequencerCheck {
  began_at: Timestamp;
  connected: number;
  disconnected: number;
  ended_at: Timestamp;
  error: string | null;
  expected: number;
  missing: number;
  repairs: number;
  sequencer_uid: string;
  uid: string;
}

export interface SequencerExport {
  attempts: Generated<number>;
  checked_at: Timestamp | null;
  code: string | null;
  connected_at: Timestamp | null;
  created_at: Timestamp;
  due_at: Timestamp | null;
  generation: Generated<number>;
  leased_by: string | null;
  leased_until: Timestamp | null;
  leftovers: Generated<Json>;
  mailbox_uid: string;
  message: string | null;
  restarts: Generated<number>;
  sequencer_uid: string;
  stage: string;
  stage_since: Timestamp;
  status: string;
  target_address: string | null;
  target_id: string | null;
  team_uid: string;
  ticket: string | null;
  uid: string;
  updated_at: Timestamp;
  words: string | null;
  workspace_uid: string;
}

export interface SequencerFollow {
  position: number;
  singleton: Generated<boolean>;
}

export interface SequencerPace {
  account_key: string;
  hold_until: Timestamp | null;
  next_call_at: Timestamp;
}

export interface Session {
  created_at: Timestamp;
  device_uid: string;
  ended_at: Timestamp | null;
  expires_at: Timestamp;
  last_seen_at: Timestamp;
  last_seen_from: string | null;
  method: string;
  person_uid: string;
  team_uid: string;
  token_sha256: Buffer;
  uid: string;
  user_agent: string;
}

export interface SignInAttempt {
  failures: number;
  key: string;
  last_at: Timestamp;
  next_at: Timestamp;
}

export interface SpendCap {
  amount_micros: number;
  period: string;
  refusal_told_at: Timestamp | null;
  scope: string;
  scope_uid: string;
  team_uid: string;
  uid: string;
  updated_at: Timestamp;
}

export interface Subscription {
  anchor: Timestamp;
  anchor_months: Generated<number>;
  attempts: Generated<number>;
  cancel_at_period_end: Generated<boolean>;
  current_period_end: Timestamp;
  current_period_start: Timestamp;
  cycle: string;
  due_at: Timestamp | null;
  ended_at: Timestamp | null;
  next_cycle: string | null;
  next_plan: string | null;
  period_micros: Generated<number>;
  plan: string;
  price_version: Generated<number>;
  reminded: Generated<boolean>;
  status: string;
  team_uid: string;
}

export interface SubscriptionTerm {
  amount_micros: number;
  created_at: Timestamp;
  cycle: string;
  ends_at: Timestamp;
  kind: string;
  lines: Json;
  plan: string;
  starts_at: Timestamp;
  team_uid: string;
  uid: string;
}

export interface Tag {
  created_at: Timestamp;
  name: string;
  team_uid: string;
  uid: string;
  updated_at: Timestamp;
  workspace_uid: string;
}

export interface Team {
  created_at: Timestamp;
  name: string;
  sandbox_of: string | null;
  uid: string;
}

export interface TeamMember {
  created_at: Timestamp;
  person_uid: string;
  role: string;
  team_uid: string;
}

export interface TeamTax {
  country: string | null;
  note: string | null;
  percent: Numeric | null;
  team_uid: string;
  updated_at: Timestamp;
}

export interface TotpFactor {
  confirmed_at: Timestamp | null;
  created_at: Timestamp;
  last_step: Generated<number>;
  person_uid: string;
  secret_sealed: string;
}

export interface WalletSettings {
  auto_topup_add_micros: number | null;
  auto_topup_below_micros: number | null;
  auto_topup_cap_micros: number | null;
  auto_topup_enabled: Generated<boolean>;
  low_balance_micros: number | null;
  team_uid: string;
  topup_failures: Generated<number>;
  topup_not_before: Timestamp | null;
  topup_run: string | null;
  updated_at: Timestamp;
}

export interface WarmupDay {
  day: string;
  failed: Generated<number>;
  important: Generated<number>;
  inbox: Generated<number>;
  missing: Generated<number>;
  opened: Generated<number>;
  planned: Generated<number>;
  received: Generated<number>;
  replies: Generated<number>;
  rescued: Generated<number>;
  sent: Generated<number>;
  spam: Generated<number>;
  subscription_uid: string;
}

export interface WarmupLetter {
  actor_uid: string | null;
  answers_uid: string | null;
  attempts: Generated<number>;
  created_at: Timestamp;
  day: string;
  depth: number;
  due_at: Timestamp | null;
  from_uid: string;
  important: Generated<boolean>;
  landed_at: Timestamp | null;
  landed_in: string | null;
  message_id: string;
  opened: Generated<boolean>;
  reason: string | null;
  sent_at: Timestamp | null;
  status: string;
  subject: string;
  thread: string;
  to_uid: string;
  uid: string;
}

export interface WarmupPlanner {
  singleton: Generated<boolean>;
}

export interface WarmupSubscription {
  begins_by_itself: boolean;
  created_at: Timestamp;
  domain_name: string;
  domain_uid: string;
  due_at: Timestamp | null;
  leased_by: string | null;
  leased_until: Timestamp | null;
  mailbox_uid: string;
  paid_until: Timestamp | null;
  partners: number | null;
  paused_for: string | null;
  plan_at: Timestamp | null;
  planned_day: string | null;
  planned_letters: Generated<number>;
  ramp_day: Generated<number>;
  settings: Json;
  shared: boolean;
  started_at: Timestamp | null;
  status: string;
  status_reason: string | null;
  status_since: Timestamp;
  team_uid: string;
  term_anchor: Timestamp | null;
  term_months: Generated<number>;
  uid: string;
  unpaid_since: Timestamp | null;
  updated_at: Timestamp;
  workspace_uid: string;
}

export interface WarmupTerm {
  created_at: Timestamp;
  ends_at: Timestamp | null;
  starts_at: Timestamp | null;
  subscription_uid: string;
  uid: string;
}

export interface WebAcmeAccount {
  created_at: Timestamp;
  directory_url: string;
  failures: Generated<number>;
  key_sealed: string;
  pause_reason: string | null;
  paused_until: Timestamp | null;
}

export interface WebCertificate {
  attempt_id: string | null;
  chain_pem: string | null;
  covers: string[] | null;
  directory_url: string | null;
  due_at: Timestamp;
  failures: Generated<number>;
  hosts: string[];
  issued_at: Timestamp | null;
  key_sealed: string | null;
  name: string;
  not_after: Timestamp | null;
  not_before: Timestamp | null;
  order_directory_url: string | null;
  order_key_sealed: string | null;
  order_url: string | null;
  reason: string | null;
  state: Generated<string>;
}

export interface WebCertificateAttempt {
  directory_url: string;
  finished_at: Timestamp | null;
  id: string;
  name: string;
  reason: string | null;
  result: string | null;
  started_at: Timestamp;
}

export interface WebChallenge {
  expires_at: Timestamp;
  host: string;
  key_authorization: string;
  token: string;
}

export interface WebhookAttempt {
  delivery_uid: string;
  duration_ms: number;
  error: string | null;
  number: number;
  request_headers: Json;
  response_body: string | null;
  response_headers: Json | null;
  response_status: number | null;
  started_at: Timestamp;
}

export interface WebhookDelivery {
  attempts: Generated<number>;
  created_at: Timestamp;
  due_at: Timestamp | null;
  endpoint_uid: string;
  event_seq: number;
  event_type: string;
  event_uid: string;
  finished_at: Timestamp | null;
  last_error: string | null;
  last_status: number | null;
  leased_by: string | null;
  leased_until: Timestamp | null;
  position: number;
  replay: Generated<boolean>;
  status: string;
  subject_uid: string;
  uid: string;
}

export interface WebhookEndpoint {
  created_at: Timestamp;
  description: Generated<string>;
  disabled_reason: string | null;
  event_types: Generated<string[]>;
  failing_since: Timestamp | null;
  format: string;
  hold_until: Timestamp | null;
  include_secrets: Generated<boolean>;
  key_uid: string | null;
  of_workspace_settings: Generated<boolean>;
  previous_secret_sealed: string | null;
  previous_secret_until: Timestamp | null;
  secret_sealed: string;
  status: string;
  team_uid: string;
  uid: string;
  unavailable_times: Generated<number>;
  updated_at: Timestamp;
  url: string;
  workspace_uid: string | null;
}

export interface WebhookFanOut {
  position: number;
  singleton: Generated<boolean>;
}

export interface WorkflowExecutor {
  executor_id: string;
  heartbeat_at: Generated<Timestamp>;
  session: string | null;
  started_at: Generated<Timestamp>;
}

export interface WorkflowStart {
  id: string;
  input: Json;
  requested_at: Generated<Timestamp>;
  workflow: string;
}

export interface Workspace {
  admins_only: Generated<boolean>;
  created_at: Timestamp;
  deleted_at: Timestamp | null;
  max_domains: number | null;
  max_mailboxes: number | null;
  name: string;
  offboarding_problem: string | null;
  offboarding_runs: Generated<number>;
  offboarding_since: Timestamp | null;
  team_uid: string;
  uid: string;
  updated_at: Timestamp;
  use_shared_billing: Generated<boolean>;
  webhook_url: string | null;
  workspace_type: Generated<string>;
}

export interface WorkspaceMember {
  created_at: Timestamp;
  person_uid: string;
  team_uid: string;
  workspace_uid: string;
}

export interface DB {
  api_key: ApiKey;
  audit_checkpoint: AuditCheckpoint;
  audit_entry: AuditEntry;
  audit_link: AuditLink;
  audit_unplaced: AuditUnplaced;
  "bank.card": BankCard;
  "bank.customer": BankCustomer;
  "bank.notice": BankNotice;
  "bank.payment": BankPayment;
  "bank.portal": BankPortal;
  "bank.signing_key": BankSigningKey;
  charge: Charge;
  client_id_request: ClientIdRequest;
  consent_evidence: ConsentEvidence;
  consent_request: ConsentRequest;
  dkim_key_stock: DkimKeyStock;
  dns_record: DnsRecord;
  dns_version: DnsVersion;
  dns_zone: DnsZone;
  domain: Domain;
  domain_checkout: DomainCheckout;
  domain_count: DomainCount;
  domain_renewal: DomainRenewal;
  domain_tag: DomainTag;
  event: Event;
  event_position: EventPosition;
  event_unplaced: EventUnplaced;
  funds_wait: FundsWait;
  idempotency_key: IdempotencyKey;
  "identity.artifact": IdentityArtifact;
  "identity.secret": IdentitySecret;
  "identity.sign_in_guard": IdentitySignInGuard;
  "identity.totp_use": IdentityTotpUse;
  installation_secret: InstallationSecret;
  invoice: Invoice;
  invoice_buyer: InvoiceBuyer;
  invoice_month: InvoiceMonth;
  invoice_number: InvoiceNumber;
  ledger_account: LedgerAccount;
  ledger_balance_checkpoint: LedgerBalanceCheckpoint;
  ledger_entry: LedgerEntry;
  ledger_proof: LedgerProof;
  ledger_transaction: LedgerTransaction;
  "mail.bounce": MailBounce;
  "mail.content": MailContent;
  "mail.expunged": MailExpunged;
  "mail.folder": MailFolder;
  "mail.mailbox": MailMailbox;
  "mail.message": MailMessage;
  "mail.queue_attempt": MailQueueAttempt;
  "mail.queue_message": MailQueueMessage;
  "mail.queue_recipient": MailQueueRecipient;
  "mail.released_content": MailReleasedContent;
  "mail.removed_mailbox": MailRemovedMailbox;
  "mail.search_signature": MailSearchSignature;
  "mail.send_window": MailSendWindow;
  "mail.srs_secret": MailSrsSecret;
  "mail.subscription": MailSubscription;
  "mail.suppression": MailSuppression;
  mailbox: Mailbox;
  mailbox_alias: MailboxAlias;
  mailbox_change: MailboxChange;
  mailbox_count: MailboxCount;
  mailbox_drift: MailboxDrift;
  mailbox_picture: MailboxPicture;
  mailbox_reconciliation: MailboxReconciliation;
  mailbox_tag: MailboxTag;
  mailbox_term: MailboxTerm;
  oauth_client: OauthClient;
  order_domain: OrderDomain;
  order_mailbox: OrderMailbox;
  passkey: Passkey;
  passkey_challenge: PasskeyChallenge;
  payment: Payment;
  payment_customer: PaymentCustomer;
  person: Person;
  person_device: PersonDevice;
  person_link: PersonLink;
  person_mail: PersonMail;
  prewarm_order: PrewarmOrder;
  prewarm_sale: PrewarmSale;
  prewarm_sale_mailbox: PrewarmSaleMailbox;
  prewarm_stock: PrewarmStock;
  prewarm_stock_mailbox: PrewarmStockMailbox;
  price_book: PriceBook;
  provider_choice: ProviderChoice;
  provider_credential: ProviderCredential;
  "published.dkim_key": PublishedDkimKey;
  "published.mail_domain": PublishedMailDomain;
  "published.mail_forward": PublishedMailForward;
  "published.mail_token": PublishedMailToken;
  "published.mailbox": PublishedMailbox;
  "published.mailbox_alias": PublishedMailboxAlias;
  "published.mailbox_totp": PublishedMailboxTotp;
  "published.oauth_client": PublishedOauthClient;
  "published.record": PublishedRecord;
  "published.warmup_secret": PublishedWarmupSecret;
  "published.web_forward": PublishedWebForward;
  "published.web_host": PublishedWebHost;
  "published.zone": PublishedZone;
  purchase_order: PurchaseOrder;
  quote: Quote;
  rate_limit_window: RateLimitWindow;
  recovery_code: RecoveryCode;
  "registry.attempt": RegistryAttempt;
  "registry.banned_name": RegistryBannedName;
  "registry.name": RegistryName;
  "registry.renewal": RegistryRenewal;
  "registry.reserved_name": RegistryReservedName;
  schema_migration: SchemaMigration;
  sequencer: Sequencer;
  sequencer_check: SequencerCheck;
  sequencer_export: SequencerExport;
  sequencer_follow: SequencerFollow;
  sequencer_pace: SequencerPace;
  session: Session;
  sign_in_attempt: SignInAttempt;
  spend_cap: SpendCap;
  subscription: Subscription;
  subscription_term: SubscriptionTerm;
  tag: Tag;
  team: Team;
  team_member: TeamMember;
  team_tax: TeamTax;
  totp_factor: TotpFactor;
  wallet_settings: WalletSettings;
  warmup_day: WarmupDay;
  warmup_letter: WarmupLetter;
  warmup_planner: WarmupPlanner;
  warmup_subscription: WarmupSubscription;
  warmup_term: WarmupTerm;
  "web.acme_account": WebAcmeAccount;
  "web.certificate": WebCertificate;
  "web.certificate_attempt": WebCertificateAttempt;
  "web.challenge": WebChallenge;
  webhook_attempt: WebhookAttempt;
  webhook_delivery: WebhookDelivery;
  webhook_endpoint: WebhookEndpoint;
  webhook_fan_out: WebhookFanOut;
  workflow_executor: WorkflowExecutor;
  workflow_start: WorkflowStart;
  workspace: Workspace;
  workspace_member: WorkspaceMember;
}
