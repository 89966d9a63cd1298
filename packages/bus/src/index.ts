export { Envelope, type InstanceId, Kind, Op } from './envelope.ts'
export type { Links, Receive } from './links.ts'
export type {
  Announce,
  Closed,
  Disconnect,
  Enable,
  Enabled,
  Open,
  Opened,
  Refused,
  Resume,
  Resumed,
} from './messages.ts'
