import { contract } from '../contract.ts'
import type { Verdict } from './accounts.ts'
import type { WatchEvent } from './instance.ts'

export interface DeleteUserRequest {
  readonly jid: string
  readonly localOnly: boolean
}
export interface UserPasswordRequest {
  readonly jid: string
  readonly password: string
  /** Any password will do. */
  readonly force?: boolean
}
export interface UserDisabledRequest {
  readonly jid: string
  readonly disabled: boolean
}
export interface SetRetentionRequest {
  readonly jid: string
  /** 0: for ever. */
  readonly days: number
  /** As configured, whatever `days` says. */
  readonly configured: boolean
}
export interface RetentionReply extends Verdict {
  /** What holds; 0: for ever. */
  readonly days: number
  /** Whether an administrator has set something. */
  readonly set: boolean
  /** What the user wishes; 0: nothing. */
  readonly wished: number
}
export interface ListUsersRequest {
  readonly domain: string
  readonly after: string
  readonly max: number
}
export interface User {
  readonly jid: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}
export interface ListUsersReply {
  readonly users: readonly User[]
  readonly next: string
}
export interface ListSessionsRequest {
  readonly jid: string
  readonly after: string
  readonly max: number
  readonly localOnly: boolean
}
export interface SessionSummary {
  readonly jid: string
  readonly state: 'online' | 'hibernating'
  readonly edge: string
  readonly owner: string
  readonly address: string
  readonly transport: string
  readonly secure: boolean
  readonly mechanism: string
  readonly priority: number
  readonly available: boolean
  /** Milliseconds since 1970. */
  readonly since: number
}
export interface ListSessionsReply {
  readonly sessions: readonly SessionSummary[]
  readonly next: string
  readonly missing: readonly string[]
}
export interface KickRequest {
  readonly jid: string
  readonly reason: string
  readonly localOnly: boolean
}
export interface KickReply {
  readonly kicked: number
}
export interface OnlineUsersRequest {
  readonly domain: string
  readonly activity: string
  readonly max: number
  readonly localOnly: boolean
}
export interface OnlineUsersReply {
  readonly count: number
  readonly jids: readonly string[]
  readonly missing: readonly string[]
}
export interface AnnounceRequest {
  readonly domain: string
  readonly subject: string
  readonly text: string
  readonly standing: string
  readonly localOnly: boolean
}
export interface AnnounceReply {
  readonly users: number
  readonly missing: readonly string[]
}
export interface OwnersRequest {
  readonly kind: string
}
export interface PartitionOwner {
  readonly kind: string
  readonly partition: number
  readonly instance: string
  readonly epoch: number
}
export interface OwnersReply {
  readonly owners: readonly PartitionOwner[]
}
export interface InstanceSummary {
  readonly instance: string
  readonly service: string
  readonly rpc: string
  readonly partitions: number
}
export interface InstancesReply {
  readonly instances: readonly InstanceSummary[]
}

export interface CreateInviteRequest {
  /** A domain, or the bare JID of the account that is to be made. */
  readonly jid: string
  /** Bare JID that gets on the new account's roster; '' for nobody's. */
  readonly inviter: string
  /** 0: as configured. */
  readonly days: number
}
export interface CreateInviteReply extends Verdict {
  readonly uri: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}
export interface ListInvitesRequest {
  readonly domain: string
  readonly below: number
  readonly max: number
}
export interface InviteSummary {
  readonly number: number
  readonly domain: string
  readonly inviter: string
  readonly account: string
  readonly registers: boolean
  readonly createdAt: number
  readonly expiresAt: number
  readonly usedBy: string
}
export interface ListInvitesReply {
  readonly invites: readonly InviteSummary[]
  readonly next: number
}
export interface RevokeInviteRequest {
  readonly number: number
}

export interface ServedDomain {
  readonly name: string
  readonly accounts: number
  /** Whether `maxAccounts` says anything. */
  readonly limited: boolean
  readonly maxAccounts: number
  readonly anonymous: boolean
}
export interface ListDomainsReply {
  readonly domains: readonly ServedDomain[]
}

export interface TraceRequest {
  readonly jid: string
  readonly bodies: boolean
}
export interface TraceEvent extends Omit<WatchEvent, 'place'> {
  readonly instance: string
  readonly place: WatchEvent['place'] | 'lost'
}

/** `heliograph.v1.Admin`; the guarantees are in `proto/heliograph/v1/admin.proto`. */
export interface Admin {
  createUser(request: UserPasswordRequest): Promise<Verdict>
  deleteUser(request: DeleteUserRequest): Promise<Verdict>
  listUsers(request: ListUsersRequest): Promise<ListUsersReply>
  setPassword(request: UserPasswordRequest): Promise<Verdict>
  setUserDisabled(request: UserDisabledRequest): Promise<Verdict>
  setRetention(request: SetRetentionRequest): Promise<Verdict>
  getRetention(request: { readonly jid: string }): Promise<RetentionReply>
  createInvite(request: CreateInviteRequest): Promise<CreateInviteReply>
  listInvites(request: ListInvitesRequest): Promise<ListInvitesReply>
  revokeInvite(request: RevokeInviteRequest): Promise<Verdict>
  listDomains(request: { readonly domain: string }): Promise<ListDomainsReply>
  listSessions(request: ListSessionsRequest): Promise<ListSessionsReply>
  kick(request: KickRequest): Promise<KickReply>
  onlineUsers(request: OnlineUsersRequest): Promise<OnlineUsersReply>
  announce(request: AnnounceRequest): Promise<AnnounceReply>
  owners(request: OwnersRequest): Promise<OwnersReply>
  instances(request: Record<never, never>): Promise<InstancesReply>
}

export const adminContract = contract<Admin>('heliograph/v1/admin.proto', 'heliograph.v1.Admin')
