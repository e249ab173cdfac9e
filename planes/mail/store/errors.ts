// Why the mail store refuses something. Callers tell them apart by class; each text is fit for a mail client.

export class MailStoreRefusal extends Error {
  override readonly name: string = 'MailStoreRefusal';
}

/** The message does not fit into what the mailbox may hold. */
export class QuotaExceeded extends MailStoreRefusal {
  override readonly name = 'QuotaExceeded';
  constructor() {
    super('The mailbox is full');
  }
}

/** No such mailbox is published (any more). */
export class MailboxNotFound extends MailStoreRefusal {
  override readonly name = 'MailboxNotFound';
  constructor() {
    super('There is no such mailbox');
  }
}

export class FolderNotFound extends MailStoreRefusal {
  override readonly name = 'FolderNotFound';
  constructor() {
    super('There is no such folder');
  }
}

export class FolderExists extends MailStoreRefusal {
  override readonly name = 'FolderExists';
  constructor() {
    super('A folder of that name exists already');
  }
}

/** More folders or keywords than a mailbox or folder may have. */
export class LimitReached extends MailStoreRefusal {
  override readonly name = 'LimitReached';
}

/** Some of the messages that were named are not there any more. */
export class MessagesGone extends MailStoreRefusal {
  override readonly name = 'MessagesGone';
  constructor() {
    super('Some of the messages are gone');
  }
}
