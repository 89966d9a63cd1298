export { chartFiles } from './chart-files.ts'
