export { addressHash, hashOf } from './address-hash.ts'
export {
  type BlockListName,
  LIST_MAX,
  type ListChange,
  type ListStore,
  listNamed,
  PostgresListStore,
} from './list-store.ts'
export { BLOCK_LISTS_CHANGED, ListedAddresses } from './listed-addresses.ts'
export { blockListMigrations } from './migrations.ts'
