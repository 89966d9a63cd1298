export { freePort } from './free-port.ts'
export {
  type Infrastructure,
  type InfrastructureOptions,
  infrastructure,
  TEST_VARIABLES,
} from './infrastructure/infrastructure.ts'
export type { BackingKind, BackingServer } from './infrastructure/server.ts'
