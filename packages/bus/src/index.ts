export { Envelope, type InstanceId, Kind, Op } from './envelope.ts'
export type { Announce, Closed, Disconnect, Enable, Enabled, Open, Opened, Refused, Resume, Resumed } from './messages.ts'
export type { Links, Receive } from './links.ts'
