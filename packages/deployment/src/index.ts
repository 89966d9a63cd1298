export { readmeText, schemaText } from './chart-files.ts'
