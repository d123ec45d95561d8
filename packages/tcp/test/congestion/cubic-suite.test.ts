import { cubic, cubicWith } from '../../src/congestion/cubic.js';
import { congestionSuite } from '../support/congestion-suite.js';

congestionSuite('CUBIC', cubic);
congestionSuite('CUBIC without pacing and HyStart++', cubicWith({ pacing: false, hystart: false }));
