-- expect: POLICY_DENIED
SELECT id FROM v_customer_contacts
