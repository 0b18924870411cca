-- expect: NAME_NOT_AVAILABLE
SELECT /* /* */ id, -- */ email FROM customers
