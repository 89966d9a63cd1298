export { AfterCommit } from './after-commit.ts'
export { type ArchiveAnswer, answerRequest } from './answer-request.ts'
export { type ArchiveFilter, archiveId, filterForm, searchForm } from './archive-filter.ts'
export { type Extent, eraseArchive, extent, type FoundMessage, type PageRequest, readPage } from './archive-query.ts'
export { type ArchiveRequest, idsNamed, readRequest } from './archive-request.ts'
export { ArchiveWriter, type ArchiveWriterOptions, type RowProgress } from './archive-writer.ts'
export { fitting } from './fitting.ts'
export { IdClock, idToDate } from './id-clock.ts'
export { keepSearchIndex } from './keep-search-index.ts'
export { archiveMigrations } from './migrations.ts'
export { type Treatment, treatments, type Waits } from './payloads.ts'
export { purge } from './purge.ts'
export { metadataElement, resultMessage } from './results.ts'
export { Retention } from './retention.ts'
export {
  MOST_RETENTION_DAYS,
  type OwnRetention,
  RetentionLimits,
  type RetentionPolicy,
  retainedDays,
} from './retention-limits.ts'
export { isTakenBack, mayTakeBack, tombstone } from './retraction.ts'
export { type ArchiveRow, peerOf, type SaidMessage, type StoredMessage, type WaitingMessage } from './row.ts'
export { originIdOf, withoutForeignIds, withStanzaId } from './stanza-ids.ts'
export { candidates, replaceStored, type Side, storedUnder } from './tombstones.ts'
export { wantsStorage } from './wants-storage.ts'
