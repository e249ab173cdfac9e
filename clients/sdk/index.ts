// The front door of the SDK: what a program imports.
export { createInboxKit, type InboxKit, type InboxKitOptions } from './client.ts';
export { type ClientErrorCode, InboxKitError, isRefusal, type Problem } from './errors.ts';
export type { components } from './generated/contract.ts';
export type { ErrorCode, ErrorCodes } from './generated/error-codes.ts';
export type { CallOptions, Input, OperationId, Output, Row } from './method.ts';
export { type Delivery, verifyWebhook, type WebhookEvent, WebhookVerificationError } from './webhooks.ts';
