export { ACCOUNTS_CHANGED, DepartedAccounts } from './departed-accounts.ts'
export { departureMigrations } from './migrations.ts'
export { NOTE_DEPARTED } from './note-departed.ts'
