export { decodeBase64, decodeInitialResponse } from './base64.ts'
export type { BearerCheck, BearerProblem, BearerRequest, Bearers } from './bearers.ts'
export { CHANNEL_BINDING_TYPES, type ChannelBindings, type ChannelBindingType, NO_BINDINGS } from './bindings.ts'
export { clientIdOf } from './client-id.ts'
export { SASL_CONDITIONS, type SaslCondition } from './conditions.ts'
export {
  type Credentials,
  type CredentialsRequest,
  type PasswordCheck,
  type PasswordRequest,
  type Refusal,
  SCRAM_HASHES,
  type ScramFinish,
  type ScramFinishRequest,
  type ScramHash,
  type ScramStart,
  type ScramStartRequest,
} from './credentials.ts'
export type {
  AnonymousContext,
  BearerContext,
  Dialogue,
  DialogueContext,
  Failure,
  Step,
  Success,
  TokenContext,
} from './dialogue.ts'
export { fakeScramKeys, SALT_LENGTH } from './fake.ts'
export { hmac } from './hmac.ts'
export {
  availableMechanisms,
  isMechanism,
  MECHANISMS,
  type MechanismName,
  type PasswordMechanismName,
  provesPassword,
} from './mechanisms.ts'
export { MemoryCredentials } from './memory-credentials.ts'
export { preparePassword } from './prep.ts'
export { ProvenPasswords } from './proven.ts'
export {
  DEFAULT_ITERATIONS,
  deriveScramKeys,
  keyLength,
  type ScramKeys,
  type ScramParameters,
  scramKeysOf,
  verifyPassword,
  verifyScramProof,
} from './scram-keys.ts'
export { startDialogue } from './start.ts'
export {
  availableTokenMechanisms,
  type ClientAgent,
  type IssuedToken,
  isTokenMechanism,
  type TokenCheck,
  type TokenMechanismName,
  type TokenRequest,
  type TokenScope,
  type Tokens,
} from './tokens.ts'
export {
  UPGRADE_HASHES,
  type UpgradeHash,
  type UpgradeResult,
  type UpgradeScope,
  type Upgrades,
  type UpgradeTask,
} from './upgrade.ts'
