export { command as default } from '../../tsup.config.js';
