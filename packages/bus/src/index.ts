export { codecs } from './codecs.ts'
export { Address, Envelope, Haste, hasteOfCopies, type InstanceId, Kind, Op } from './envelope.ts'
export { EnvelopeCodec } from './envelope-codec.ts'
export type { Links, Receive } from './links.ts'
export { LocalLinks } from './local/local-links.ts'
export { createSwitchboard, type Switchboard } from './local/switchboard.ts'
export {
  type Announce,
  type Asker,
  type Closed,
  type Disconnect,
  type Enable,
  type Enabled,
  type Interest,
  type News,
  type Open,
  type Opened,
  PLAIN_OPEN,
  PLAIN_OPENED,
  type Refused,
  type Resume,
  type Resumed,
  type Shape,
} from './messages.ts'
export type { Bus, Delivery } from './nats/bus.ts'
export { type ConnectOptions, connectLinks } from './nats/connect-links.ts'
export { connectNats, type NatsOptions } from './nats/nats-bus.ts'
export { NatsLinks, type NatsLinksOptions } from './nats/nats-links.ts'
export { WireError } from './wire-error.ts'
