export { Gateway, type GatewayOptions } from './gateway.ts'
export { MemoryRegistrations } from './memory-registrations.ts'
export type { ForeignContact, Network } from './network.ts'
export type { Registration, RegistrationField, Registrations } from './registrations.ts'
