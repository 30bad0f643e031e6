/** List of the booking systems that Stayline can be connected to. */
import type { BookingAdapter } from '../ingress/adapter.js';
import { apaleo } from './apaleo/index.js';
import { generic } from './generic/index.js';
import { mews } from './mews/index.js';
import { opera } from './opera/index.js';

export const ADAPTERS: readonly BookingAdapter[] = [generic, apaleo, mews, opera];
