/** SMTP replies that refuse, with their enhanced status code (RFC 5321 §4.2, RFC 3463). */

/** Thrown by the handlers of a listener; the client gets it as the reply to its command. */
export class SmtpRefusal extends Error {
  readonly responseCode: number;

  /**
   * @param code reply code, 4xx for "try again" and 5xx for "do not".
   * @param status enhanced status code of the same class, e.g. `5.7.1`.
   * @param reason one line for people.
   */
  constructor(code: number, status: string, reason: string) {
    super(`${status} ${reason}`);
    this.name = 'SmtpRefusal';
    this.responseCode = code;
  }
}

/** What a client is told when the fault is ours. It keeps the message and tries again. */
export const temporaryFault = (): SmtpRefusal =>
  new SmtpRefusal(451, '4.3.0', 'Temporary local problem, please try again later');
