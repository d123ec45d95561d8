import { newReno } from '../../src/congestion/new-reno.js';
import { congestionSuite } from '../support/congestion-suite.js';

congestionSuite('NewReno', newReno);
