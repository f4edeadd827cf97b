//! Has a picture classified, and reads why something else is refused.

use openapi::apis::configuration::Configuration;
use openapi::apis::inference_api::{classify_image, ClassifyImageParams};
use openapi::apis::Error;
use openapi::models::Problem;
use std::time::{SystemTime, UNIX_EPOCH};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let configuration = Configuration {
        base_path: arguments[1].clone(),
        ..Configuration::default()
    };
    let request = |path: &String| ClassifyImageParams {
        body: path.into(),
        mdi_sla_ms: Some(20_000.0),
        mdi_upload_start: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .map(|now| now.as_millis() as i64),
        mdi_output_ms: None,
        mdi_output_input_ms: None,
        mdi_device_accuracy: None,
        mdi_at_deadline: None,
    };

    let answer = classify_image(&configuration, request(&arguments[2])).await.unwrap();
    println!("{} {}", answer.predictions[0].label, answer.timing.source);
    if let Err(Error::ResponseError(refused)) =
        classify_image(&configuration, request(&arguments[3])).await
    {
        let problem: Problem = serde_json::from_str(&refused.content).unwrap();
        println!("{} {}", problem.status, problem.r#type);
    }
}
