// A mail server of somebody else, for tests of what the installation itself writes.
export { startRemoteHost } from '../../planes/mail/testing/remote-host.ts';
