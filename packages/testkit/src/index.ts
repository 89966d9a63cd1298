export { Chromium, findChromium } from './browser/chromium.ts'
export type { Page } from './browser/page.ts'
export { ConversePeer, ConverseSite, type ConverseWay } from './clients/peers/converse-peer.ts'
export {
  BOSH_LIBRARIES,
  loginBoshPeer,
  loginPeer,
  PEER_LIBRARIES,
  type PeerLibrary,
} from './clients/peers/login-peer.ts'
export type { Contact, PeerClient, PeerOptions } from './clients/peers/peer-client.ts'
export {
  type OptionalCheck,
  type SlixmppCast,
  type SlixmppCheck,
  slixmppChecks,
} from './clients/peers/slixmpp-checks.ts'
export { SlixmppComponent } from './clients/peers/slixmpp-component.ts'
export { exchangeByOmemo, omemoAvailable } from './clients/peers/slixmpp-omemo.ts'
export { pythonHas, SlixmppPeer, slixmppAvailable } from './clients/peers/slixmpp-peer.ts'
export { StanzaPeer } from './clients/peers/stanza-peer.ts'
export { XmppJsComponent } from './clients/peers/xmpp-js-component.ts'
export type { Matcher } from './clients/raw/inbox.ts'
export { type BoshAttributes, type BoshResponse, RawBosh, type RawBoshOptions } from './clients/raw/raw-bosh.ts'
export { type LoginOptions, RawClient } from './clients/raw/raw-client.ts'
export { NS_COMPONENT, RawComponent, type RawComponentOptions } from './clients/raw/raw-component.ts'
export type { RawStream, RawStreamOptions } from './clients/raw/raw-stream.ts'
export type { ChannelBinding } from './clients/raw/scram-client.ts'
export { StreamManagement } from './clients/raw/stream-management.ts'
export { ejabberdAvailable, startEjabberd } from './federation/ejabberd.ts'
export type { OtherServer, OtherServerOptions } from './federation/other-server.ts'
export { prosodyAvailable, startProsody } from './federation/prosody.ts'
export { type Place, TestDns } from './federation/test-dns.ts'
export { freePort } from './free-port.ts'
export {
  type Infrastructure,
  type InfrastructureOptions,
  infrastructure,
  ownServer,
  TEST_VARIABLES,
} from './infrastructure/infrastructure.ts'
export type { BackingKind, BackingServer } from './infrastructure/server.ts'
export { HandedOver } from './ledger/handed-over.ts'
export { Load, type LoadOptions } from './ledger/load.ts'
export { Returner, type ReturnerOptions, type Returning } from './ledger/returner.ts'
export { Talker, type TalkerOptions } from './ledger/talker.ts'
export { archiveOf, type Comparison, compare, faultsOf } from './ledger/verdict.ts'
export { Network, placeOf } from './network/network.ts'
export { TcpProxy } from './network/tcp-proxy.ts'
export { ADMIN_TOKENS } from './processes/admin-tokens.ts'
export { Cluster, type ClusterOptions, type Member } from './processes/cluster.ts'
export type { LogLine } from './processes/log-line.ts'
export { NODE_FLAGS } from './processes/node-flags.ts'
export { type Ports, ROLES, type Role } from './processes/roles.ts'
export { ServiceProcess, type ServiceProcessOptions } from './processes/service-process.ts'
export { Standalone, type StandaloneOptions } from './processes/standalone.ts'
export { type BothModesOptions, bothModes, type Scenario } from './scenario/both-modes.ts'
export { type Chance, chance, seeded } from './scenario/chance.ts'
export type { Mode } from './scenario/modes.ts'
export { type Person, Site, type SiteDescription } from './scenario/site.ts'
