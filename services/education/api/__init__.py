"""The doors of education: parse, authorise, delegate, answer."""

from services.education.api import attendance, figures, gaps, home_teaching, licences, placements, school_age, schooling

# Routes are tried in this order, and days at school come by far the most often.
ROUTERS = (
    attendance.router,
    placements.router,
    schooling.router,
    home_teaching.router,
    school_age.router,
    gaps.router,
    figures.router,
    licences.router,
)
