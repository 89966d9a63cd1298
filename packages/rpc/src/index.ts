export { aboutOf, audited } from './audited.ts'
export { CallerLimits, type GivenLimits } from './caller-limits.ts'
export type { Contract } from './contract.ts'
export * from './contracts/accounts.ts'
export * from './contracts/admin.ts'
export * from './contracts/capabilities.ts'
export * from './contracts/events.ts'
export * from './contracts/health.ts'
export * from './contracts/instance.ts'
export * from './contracts/rooms.ts'
export * from './contracts/web.ts'
export {
  type DescribedField,
  type DescribedMessage,
  type DescribedMethod,
  describeContract,
  type HttpRoute,
} from './described.ts'
export { type GivenGrant, type GivenToken, Grant, GrantedTokens } from './grants.ts'
export { type HealthChecks, serveHealth } from './health.ts'
export { type CallOptions, type RpcClient, RpcClients } from './rpc-clients.ts'
export { type RpcCode, RpcError } from './rpc-error.ts'
export type { CallInfo, Handlers, RpcServer, RpcServerOptions, ServedContract } from './rpc-server.ts'
export { serve, startRpcServer } from './rpc-server.ts'
export type { RpcTls } from './rpc-tls.ts'
export type { StreamHandler } from './streamed.ts'
export { WrongTokens } from './wrong-tokens.ts'
