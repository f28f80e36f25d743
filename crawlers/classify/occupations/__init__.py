"""Titles to occupations of SOC 2018: the table of titles, its index, and what else tells occupations apart."""
