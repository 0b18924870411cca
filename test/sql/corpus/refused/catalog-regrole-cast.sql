-- expect: POLICY_DENIED
SELECT 10::oid::regrole
