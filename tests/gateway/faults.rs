//! The network harms every call of an issue in every way: the issue still ends with one card and two certificates.

use std::time::Duration;

use cardwright::cis2::{HttpConfig, HttpService, Service, ServiceError, wire};

use crate::{
    desk::{self, Chip, RA_AGENT, SIAN},
    faulty_proxy::{Calls, FaultyProxy, Harm},
};

fn patient(url: &str) -> HttpService {
    let config = HttpConfig { first_pause: Duration::from_millis(5), ..HttpConfig::default() };
    HttpService::new(url, config).expect("a client")
}

fn whole_issue(service: &HttpService, card: u8) -> wire::Issuance {
    service.sign_in(&wire::SignIn { officer: desk::holder(RA_AGENT) }).expect("signed in");
    let (chip, job) = (Chip::new(card), desk::job());
    chip.issue(service, &job, SIAN);
    let issuance = service.issuance(&job).expect("the issuance");
    assert_eq!(issuance.state, wire::IssuanceState::Confirmed);
    issuance
}

#[test]
fn one_harm_at_any_call_changes_nothing_of_the_end() {
    let harms = [Harm::Drop, Harm::SwallowReply, Harm::ServerError, Harm::Delay(Duration::from_millis(20))];
    let mut cuts = 0;
    for harm in harms {
        let mut number = 1;
        loop {
            let site = desk::site();
            let proxy = FaultyProxy::start(site.gateway.address());
            proxy.plan(Calls::Only(number), harm);
            let service = patient(&proxy.url());
            let issuance = whole_issue(&service, 1);
            let rows = service.audit(0, 1000).expect("the audit");
            for event in ["issuance.reserved", "issuance.certified", "issuance.confirmed"] {
                let count = rows.iter().filter(|row| row.event == event).count();
                assert_eq!(count, 1, "{event} with {harm:?} at call {number} of {}", issuance.job);
            }
            cuts += 1;
            if proxy.calls() < number {
                break;
            }
            number += 1;
        }
    }
    assert!(cuts >= 4 * 8, "{cuts} issues were harmed");
}

#[test]
fn a_gateway_that_is_gone_is_said_to_be_gone() {
    let site = desk::site();
    let proxy = FaultyProxy::start(site.gateway.address());
    let service = patient(&proxy.url());
    for harm in [Harm::Drop, Harm::ServerError] {
        proxy.plan(Calls::From(1), harm);
        let error = service.training_officers().expect_err("no answer");
        assert!(matches!(error, ServiceError::Unreachable { .. }), "{error:?}");
        assert_eq!(proxy.calls(), 4, "a bounded number of tries");
    }
}
