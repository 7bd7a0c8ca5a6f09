"""What was decided and is not yet in the applicant's hands."""
